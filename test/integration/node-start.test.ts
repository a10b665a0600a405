import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive } from '../../cli/src/local-network/find.ts'
import { ANodeFolder } from '../../node/src/fixtures/a-node-folder.ts'
import { accountAt, aLocalChain } from '../../sdk/src/chain/fixtures/local-chain.ts'

const CLI = join(import.meta.dirname, '../../cli/bin/storgo.js')

test('a closed terminal ends the command that runs a node, and the node with it', async () => {
  await using chain = await aLocalChain()
  await using folder = await ANodeFolder.create(chain, accountAt(11))
  await writeFile(join(folder.folder, 'node.yaml'), JSON.stringify({ ...folder.settings, log: { level: 'info' } }))
  const command = spawn(process.execPath, [CLI, 'node', 'start', '--folder', folder.folder, '--profile', 'staging'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let log = ''
  command.stdout.on('data', (text) => {
    log += text
  })
  const record = async () =>
    JSON.parse(await readFile(join(folder.dataDir, 'node.json'), 'utf8').catch(() => '{}')) as { pid?: number }
  for (const deadlineMs = Date.now() + 60_000; (await record()).pid === undefined; await delay(100)) {
    assert.ok(Date.now() < deadlineMs, `not ready within 60 s: ${log}`)
  }
  const { pid = 0 } = await record()
  const running = JSON.parse(await readFile(join(folder.dataDir, 'running-config.json'), 'utf8'))
  assert.equal(running.profile, 'staging')
  command.kill('SIGHUP')
  await once(command, 'exit')
  for (const deadlineMs = Date.now() + 10_000; isAlive(pid); await delay(50)) assert.ok(Date.now() < deadlineMs, log)
})
