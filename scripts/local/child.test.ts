import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isAlive } from '../../cli/src/local-network/find.ts'
import { Child } from './child.ts'
import { waitUntil } from './wait-until.ts'

const folder = mkdtempSync(join(tmpdir(), 'storgo-child-'))
after(() => rmSync(folder, { recursive: true }))
const FOREVER = 'console.log("up"); setInterval(() => {}, 1000)'
const STUBBORN = `process.on("SIGTERM", () => {}); ${FOREVER}`

function start(name: string, script: string): Child {
  return new Child({ name, args: ['-e', script], cwd: folder, logFile: join(folder, `${name}.log`) })
}

/** Resolves once the process has printed something, so that its handlers are in place. */
async function isUp(child: Child): Promise<void> {
  await waitUntil(child, 'its first line', 10_000, async () => readFileSync(child.logFile, 'utf8') || undefined)
}

/** Polls, since the process is nobody's child any more whose end could be waited for. */
async function endsWithin(pid: number, ms: number): Promise<boolean> {
  for (const deadline = performance.now() + ms; performance.now() < deadline; await delay(20))
    if (!isAlive(pid)) return true
  return false
}

test('a process that obeys ends by SIGTERM', async () => {
  const child = start('obedient', FOREVER)
  await isUp(child)
  await child.stop()
  assert.equal(await child.ended, 'signal SIGTERM')
  assert.equal(isAlive(child.pid), false)
})

test('a process that ignores SIGTERM, or is frozen, is killed', async () => {
  const stubborn = start('stubborn', STUBBORN)
  const frozen = start('frozen', FOREVER)
  await Promise.all([isUp(stubborn), isUp(frozen)])
  frozen.signal('SIGSTOP')
  await Promise.all([stubborn.stop(100), frozen.stop(100)])
  assert.deepEqual([await stubborn.ended, await frozen.ended], ['signal SIGKILL', 'signal SIGKILL'])
})

test('what a process has started goes with it', async () => {
  const child = start('parent', `console.log(require("node:child_process").spawn("sleep", ["1000"]).pid); ${STUBBORN}`)
  await isUp(child)
  const grandchild = Number.parseInt(readFileSync(child.logFile, 'utf8'), 10)
  assert.ok(isAlive(grandchild))
  await child.stop(100)
  assert.ok(await endsWithin(grandchild, 5_000))
})

test('a process ends when its supervisor is killed without a chance to say so', async () => {
  const script = fileURLToPath(new URL('./fixtures/supervise-one.ts', import.meta.url))
  const supervisor = spawn(process.execPath, [script, FOREVER, join(folder, 'orphan.log')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(supervisor.stdout, 'data')
  const pid = Number.parseInt(String(line), 10)
  assert.ok(isAlive(pid))
  supervisor.kill('SIGKILL')
  assert.ok(await endsWithin(pid, 8_000))
})

test('waiting for a process that ends says how it ended and where its log is', async () => {
  const child = start('brief', 'process.exit(3)')
  await assert.rejects(
    waitUntil(child, 'an answer', 10_000, async () => undefined),
    (error: Error) =>
      /brief ended \(exit code 3\) before an answer/u.test(error.message) && error.message.includes(child.logFile),
  )
})
