#!/usr/bin/env node
// Plain JavaScript that any Node.js since 20 can run: the program itself is TypeScript run from source, which needs
// Node.js 24. Where the caller's own is older, the one that the project installs takes over.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'

if (Number(process.versions.node.split('.')[0]) >= 24) {
  const { keepCompiledCode } = await import('@storgo/node/compile-cache')
  keepCompiledCode(process.env)
  // Chunks on their way to the slots die young but are freed only when the young heap is collected: one that does not grow
  // is collected more often, at no measurable cost, and keeps a large put or get some 50 MiB smaller.
  setFlagsFromString('--semi-space-growth-factor=1')
  await import('../src/main.ts')
} else {
  const inRepository = existsSync(fileURLToPath(new URL('../../scripts/run.sh', import.meta.url)))
  const own = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url))
  if (!inRepository || !existsSync(own)) {
    const hint = inRepository ? ' Run `npm start` once in the repository.' : ''
    console.error(`storgo needs Node.js 24 or later; this is ${process.version}.${hint}`)
    process.exit(1)
  }
  const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  // The terminal sends Ctrl-C to the whole group, so SIGINT reaches the child by itself; a plain `kill` does not.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}
