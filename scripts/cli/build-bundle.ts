import { BUNDLE, buildBundle } from './bundle.ts'

/** `npm run build`: makes the package that is published as the command line. */
await buildBundle()
process.stdout.write(`Built ${BUNDLE}\n`)
