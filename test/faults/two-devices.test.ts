import assert from 'node:assert/strict'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { aStream, sha256 } from '../integration/volumes/a-file.ts'
import { type ANetwork, aNetwork } from '../integration/volumes/a-network.ts'
import { differing } from './differing.ts'
import { putByCommand } from './put-by-command.ts'

const FOR_MS = process.env['STORGO_TEST_FULL'] === '1' ? 60_000 : 10_000
/** The command line's code for what running the command again may bring about. */
const TRY_AGAIN = 6
const FILE_BYTES = 20_000
const KEY_FILES = { keyFile: 'wallet.json', envelopeFile: 'master-key.json', passwordFile: 'wallet.password' } as const

let network: ANetwork
before(async () => {
  network = await aNetwork()
})
after(() => network?.[Symbol.asyncDispose]())

/** What of one person's wallet is on one of their devices. @returns its folder. */
async function aDevice(name: string): Promise<string> {
  const { record, cwd } = network
  const folder = join(cwd, name)
  await mkdir(folder, { mode: 0o700 })
  const { demo } = record.accounts
  for (const [kind, file] of Object.entries(KEY_FILES)) {
    await copyFile(demo[kind as keyof typeof KEY_FILES], join(folder, file))
  }
  const { rpcUrl, deploymentFile } = record
  await writeFile(join(folder, 'profile.json'), JSON.stringify({ rpcUrl, deploymentFile, ...KEY_FILES }))
  return folder
}

/** Stores one file after the other, each by a process of its own. @returns what was stored, and how often to try again. */
async function storeFor(name: string, ms: number): Promise<{ stored: Map<string, string>; tries: string[] }> {
  const cwd = await aDevice(name)
  const stored = new Map<string, string>()
  const tries: string[] = []
  const deadline = performance.now() + ms
  for (let i = 0; performance.now() < deadline; i++) {
    const seed = name.charCodeAt(0) * 1_000 + i
    const [local, path] = [`file-${i}`, `${name}/${i}`]
    await writeFile(join(cwd, local), await Array.fromAsync(aStream(FILE_BYTES, seed)))
    for (;;) {
      const args = [local, path, '--volume', String(network.volumeId)]
      const outcome = await putByCommand(args, { cwd, env: { STORGO_CLI_FOLDER: cwd } })
      if (outcome.kind === 'stored') break
      assert.equal(outcome.exitCode, TRY_AGAIN, JSON.stringify(outcome))
      tries.push(outcome.kind === 'failed' ? outcome.code : outcome.kind)
    }
    stored.set(path, await sha256(aStream(FILE_BYTES, seed)))
  }
  return { stored, tries }
}

test(`two devices write one volume for ${FOR_MS / 1_000} s: every put that succeeded is there, and neither starves`, async (t) => {
  const devices = await Promise.all([storeFor('attic', FOR_MS), storeFor('basement', FOR_MS)])
  await using reader = await network.client()
  for (const { stored, tries } of devices) {
    t.diagnostic(`${stored.size} files stored; told to try again: ${tries.join(' ') || 'never'}`)
    assert.deepEqual(await differing(reader.volume, stored), [])
  }
  const counts = devices.map(({ stored }) => stored.size)
  assert.ok(Math.min(...counts) * 4 >= Math.max(...counts), `one of them starved: ${counts.join(' and ')}`)
})
