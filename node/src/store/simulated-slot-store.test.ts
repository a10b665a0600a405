import { memoryIndex } from '../fixtures/memory-index.ts'
import { SimulatedDisk } from '../fixtures/simulated-disk.ts'
import { openSlotStore } from './open-slot-store.ts'
import { describeSlotStore } from './slot-store.conformance.ts'

describeSlotStore('JournaledSlotStore on a simulated disk, its index lost at every start', async ({ capacity }) => {
  const disk = new SimulatedDisk()
  const common = { dataDir: 'simulated', binding: 'test', retentionEpochs: () => 4 }
  return {
    reopen: () => openSlotStore({ ...common, capacity, disk, openIndex: async () => memoryIndex() }),
    remove: async () => {},
  }
})
