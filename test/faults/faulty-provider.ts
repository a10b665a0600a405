import { runNode } from '../../node/src/run-node.ts'
import { nodeDisk } from '../../node/src/store/node-disk.ts'
import { faultOf, faultyDisk } from './faulty-disk.ts'

// A provider like any other, with a disk that fails as the file beside its data folder says.
await runNode({ openDisk: (dataDir) => faultyDisk(nodeDisk(dataDir), () => faultOf(dataDir)) })
