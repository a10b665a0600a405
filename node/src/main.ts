import { setFlagsFromString } from 'node:v8'
import { keepCompiledCode } from './compile-cache.ts'

keepCompiledCode(process.env)
// Bytes of requests die young but are freed only when the young heap is collected: one that does not grow is collected more often,
// which keeps a busy node some 90 MiB smaller.
setFlagsFromString('--semi-space-growth-factor=1')
// Bytes of requests count as part of the heap, so that at V8's own pace a busy node marks all of it for every 5 MiB: two fifths of
// its CPU in a put, half of it in a get. It may double first, which costs some 12 MiB.
setFlagsFromString('--heap-growing-percent=100')
const { runNode } = await import('./run-node.ts')
await runNode()
