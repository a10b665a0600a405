import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Measured: a third of the CPU of a start. Beside the packages, because whoever can write there can change the code anyway.
enableCompileCache(join(import.meta.dirname, '../../node_modules/.cache/storgo-node'))
const { runNode } = await import('./run-node.ts')
await runNode()
