import { nodeDisk } from '../../node/src/store/node-disk.ts'
import { SlotsInProcess, type StoreOf } from '../integration/volumes/slots-in-process.ts'
import { manyFiles, telling, uploadInBatches } from './upload-in-batches.ts'
import { withoutSyncs } from './without-syncs.ts'

/**
 * Uploads files to real stores below TMPDIR, and writes a line of JSON for all that a slot acknowledged, as soon as it did. With
 * `--without-syncs` the stores' syncs do nothing. Ends with an error when its disk is cut off, which is what it is for.
 */
const FILES = { count: 500, largeEvery: 20, seed: 2 }
const FILES_IN_STATE = 5

const lying: StoreOf = (_, dataDir) => ({ disk: withoutSyncs(nodeDisk(dataDir)) })
const slots = await SlotsInProcess.open(process.argv.includes('--without-syncs') ? { storeOf: lying } : {})
const client = slots.client(telling((acknowledged) => process.stdout.write(`${JSON.stringify(acknowledged)}\n`)))
await uploadInBatches(client, manyFiles(FILES), { batch: FILES_IN_STATE, stored: () => {} })
