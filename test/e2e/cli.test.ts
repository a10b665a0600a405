import { after } from 'node:test'
import { startSharedNetwork } from './shared-network.ts'
import { commandShapes } from './suites/command-shapes.ts'
import { losses } from './suites/losses.ts'
import { namesAndFolders } from './suites/names-and-folders.ts'
import { roundTrips } from './suites/round-trips.ts'
import { spaceAndSlots } from './suites/space-and-slots.ts'
import { wrongInputs } from './suites/wrong-inputs.ts'

// One network for all, since starting it is what takes longest. The suites run in this order: the last one kills
// providers.
const network = await startSharedNetwork()
after(() => network[Symbol.asyncDispose]())

roundTrips(network)
namesAndFolders(network)
commandShapes(network)
wrongInputs(network)
spaceAndSlots(network)
losses(network)
