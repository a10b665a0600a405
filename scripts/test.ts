import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { countResults } from './testing/count-results.ts'
import { runInLanes } from './testing/run-in-lanes.ts'
import { STAGES, type Stage } from './testing/stages.ts'

/** Tests have deadlines that are tried with so many stages at once, and no more. */
const LANES = Math.min(2, availableParallelism())
/** What one process has compiled the next need not: most stages start many that load the same modules. */
const COMPILE_CACHE = join(import.meta.dirname, '../node_modules/.cache/storgo-test')

/**
 * `npm test [-- name …]`: runs every stage (or those whose name contains one of the words) in lanes, goes on after a failure, and
 * closes with one line `N passed, N failed` that counts every test of every runner.
 */
const words = process.argv.slice(2)
const chosen = STAGES.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)))
if (chosen.length === 0) {
  process.stderr.write(`No stage matches. Stages: ${STAGES.map(({ name }) => name).join(', ')}\n`)
  process.exit(2)
}

/** Runs one stage, showing its output only if it failed. Ctrl-C ends the whole run with its children. */
function run({ args }: Stage): Promise<{ output: string; exitCode: number }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', NODE_COMPILE_CACHE: COMPILE_CACHE },
    })
    const output: Buffer[] = []
    child.stdout.on('data', (bytes: Buffer) => output.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => output.push(bytes))
    child.on('error', (error) => resolve({ output: String(error), exitCode: 1 }))
    child.on('close', (code) => resolve({ output: Buffer.concat(output).toString(), exitCode: code ?? 1 }))
  })
}

const total = { passed: 0, failed: 0, skipped: 0 }
const started = performance.now()
await runInLanes(chosen, LANES, async (stage) => {
  const stageStarted = performance.now()
  const { output, exitCode } = await run(stage)
  const { passed, failed, skipped } = countResults(stage.counts, output, exitCode)
  total.passed += passed
  total.failed += failed
  total.skipped += skipped
  const seconds = ((performance.now() - stageStarted) / 1000).toFixed(1).padStart(6)
  if (failed > 0) process.stdout.write(`\n${output}\n`)
  process.stdout.write(
    `${failed > 0 ? '✖' : '✔'} ${stage.name.padEnd(24)}${seconds} s  ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
  )
})
process.stdout.write(`\nin ${((performance.now() - started) / 1000).toFixed(0)} s\n`)
process.stdout.write(
  `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}\n`,
)
process.exitCode = total.failed > 0 ? 1 : 0
