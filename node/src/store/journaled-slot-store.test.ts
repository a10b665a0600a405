import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSlotStore } from './open-slot-store.ts'
import { describeSlotStore } from './slot-store.conformance.ts'

describeSlotStore('JournaledSlotStore on a real disk', async ({ capacity }) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'storgo-store-'))
  return {
    reopen: () => openSlotStore({ dataDir, capacity, binding: 'test', retentionEpochs: () => 4 }),
    remove: () => rm(dataDir, { recursive: true }),
  }
})
