import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { toJson } from '../../cli/src/output.ts'
import { runDemo } from './run-demo.ts'
import { Steps } from './steps.ts'
import { STOP, stopSignal } from './stop-signal.ts'

// `npm run demo`: the network's promise, tried without a person. Exit code 0 only if all of it held.
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const { values: flags } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
const signal = stopSignal()
const folder = mkdtempSync(join(tmpdir(), 'storgo-demo-'))
// With --json, stdout is for the one object.
const say = (line: string): void => void (flags.json ? process.stderr : process.stdout).write(`${line}\n`)

try {
  const { held, ...figures } = await runDemo({
    folder,
    repository: REPOSITORY,
    steps: new Steps(say, signal),
    say,
    signal,
  })
  process.stdout.write(
    flags.json
      ? `${toJson(figures)}\n`
      : `${Object.entries(figures)
          .map(([name, value]) => `${name}: ${value}`)
          .join('\n')}\n`,
  )
  process.exitCode = held ? 0 : 1
} catch (error) {
  const why = error === STOP ? 'stopped' : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`The demo did not come to its end: ${why}\n`)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exit()
