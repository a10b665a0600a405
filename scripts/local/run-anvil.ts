import { spawn } from 'node:child_process'

// anvil knows nothing of a supervisor. This process ends it as it ends itself: by a signal, or with the supervisor.
const [program, ...args] = process.argv.slice(2)
if (program === undefined) throw new Error('usage: run-anvil.ts ANVIL [ARGUMENTS]')
const anvil = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] })
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => anvil.kill('SIGTERM'))
anvil.once('error', (error) => {
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
})
anvil.once('exit', (code) => process.exit(code ?? 0))
