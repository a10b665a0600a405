import { after } from 'node:test'
import { startSharedNetwork } from './shared-network.ts'
import { bundle } from './suites/bundle.ts'
import { commandShapes } from './suites/command-shapes.ts'
import { everyRecord } from './suites/every-record.ts'
import { losses } from './suites/losses.ts'
import { movingAndVerifying } from './suites/moving-and-verifying.ts'
import { namesAndFolders } from './suites/names-and-folders.ts'
import { nothingIsLeftOut } from './suites/nothing-is-left-out.ts'
import { observing } from './suites/observing.ts'
import { roundTrips } from './suites/round-trips.ts'
import { spaceAndSlots } from './suites/space-and-slots.ts'
import { stakesAndProofs } from './suites/stakes-and-proofs.ts'
import { unbonded } from './suites/unbonded.ts'
import { unhealthy } from './suites/unhealthy.ts'
import { wrongInputs } from './suites/wrong-inputs.ts'

// One network for all, since starting it is what takes longest. The suites run in this order: `losses` kills
// providers.
const network = await startSharedNetwork()
after(() => network[Symbol.asyncDispose]())

roundTrips(network)
namesAndFolders(network)
commandShapes(network)
wrongInputs(network)
spaceAndSlots(network)
movingAndVerifying(network)
everyRecord(network)
bundle(network)
stakesAndProofs(network)
observing(network)
losses(network)
unhealthy(network)
unbonded(network)
nothingIsLeftOut(network)
