import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive, readLocalNetwork } from '../../cli/src/local-network/find.ts'
import { startMessage } from '../../cli/src/local-network/start-message.ts'
import { REPOSITORY } from './run-storgo.ts'

const folder = mkdtempSync(join(tmpdir(), 'storgo-left-'))
/** Taken, if it is free: every chain wants it, so that another one's might answer where this one was. */
const usualPort = createServer()
before(async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  usualPort.once('error', resolve).listen(8545, '127.0.0.1', () => resolve(undefined))
  await promise
})
after(() => {
  usualPort.close()
  rmSync(folder, { recursive: true, force: true })
})
/** The network gives its processes 5 s to end by themselves. */
const PATIENCE_MS = 15_000

/** Starts `npm start`'s program, waits until it is ready, ends it with that signal, and gives its exit code. */
async function startAndEnd(
  signal: NodeJS.Signals,
): Promise<{ exitCode: number | null; pids: number[]; rpcUrl: string }> {
  const args = [join(REPOSITORY, 'scripts/local/start.ts'), '--folder', folder, '--no-files']
  const child = spawn(process.execPath, args, { cwd: REPOSITORY, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  child.on('message', (raw) => (startMessage.parse(raw).kind === 'ready' ? resolve() : undefined))
  const exit = once(child, 'exit')
  await Promise.race([ready, exit])
  const network = readLocalNetwork(folder)
  assert.ok(network)
  const pids = network.providers.map(({ pid }) => pid)
  assert.ok(pids.every(isAlive))
  child.kill(signal)
  // npm passes on the Ctrl-C that the terminal sends to all of them: the same wish, seen twice.
  await delay(100)
  child.kill(signal)
  const [exitCode] = await exit
  return { exitCode: typeof exitCode === 'number' ? exitCode : null, pids, rpcUrl: network.rpcUrl }
}

/** Polls, since the processes are not this one's children. */
async function allEnd(pids: number[]): Promise<boolean> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; await delay(50)) {
    if (!pids.some(isAlive)) return true
  }
  return false
}

test('Ctrl-C stops a network, and so does the SIGKILL of its supervisor: no process is left, and it can be started again', async () => {
  const stopped = await startAndEnd('SIGINT')
  assert.equal(stopped.exitCode, 0)
  assert.ok(!stopped.pids.some(isAlive))
  assert.equal(readLocalNetwork(folder), undefined)

  const killed = await startAndEnd('SIGKILL')
  assert.ok(await allEnd(killed.pids))
  await assert.rejects(fetch(killed.rpcUrl, { method: 'POST' }), /fetch failed/u)
  assert.equal(readLocalNetwork(folder), undefined)
})
