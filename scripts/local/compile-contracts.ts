import { buildContracts } from '../contracts/build.ts'

// A process of its own: compiling needs no chain, and runs while that and the keys are made ready.
await buildContracts()
process.exit()
