import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { SharedNetwork } from '../shared-network.ts'

const ADDRESS = /^0x[0-9a-fA-F]{40}$/u
const AMOUNT = /^\d+$/u

/** What commands about volumes, providers, stakes, proofs and the network answer. */
export function commandShapes({ cwd, record, storgo, json, failure }: SharedNetwork): void {
  describe('answers', () => {
    test('volume quote, open, ls and show agree with each other', async () => {
      const shape = ['--size', '64MiB', '--data', '2', '--parity', '1', '--epochs', '50']
      const [quote] = await json(['volume', 'quote', ...shape])
      assert.match(String(quote?.['pricePerEpoch']), AMOUNT)
      assert.equal(BigInt(String(quote?.['total'])), BigInt(String(quote?.['pricePerEpoch'])) * 50n)
      const [opened] = await json(['volume', 'open', ...shape])
      const id = String(opened?.['volumeId'])
      const volumes = await json(['volume', 'ls'])
      assert.deepEqual(
        volumes.map(({ volumeId }) => volumeId),
        [record.volumeId, id],
      )
      const [shown] = await json(['volume', 'show', id])
      assert.deepEqual([shown?.['k'], shown?.['m'], shown?.['sectors'], shown?.['closed']], [2, 1, 32, false])
      assert.ok(Array.isArray(shown?.['slots']) && shown['slots'].length === 3)
      const stored = await storgo(['put', '-', 'x', '--volume', id], { stdin: Buffer.from('elsewhere') })
      assert.equal(stored.exitCode, 0, stored.stderr)
      assert.equal((await storgo(['get', 'x', '-', '--volume', id])).stdout.toString(), 'elsewhere')
      assert.equal((await failure(['stat', 'x', '--volume', record.volumeId])).exitCode, 3)
      assert.equal((await failure(['volume', 'show', '999'])).code, 'VOLUME_UNKNOWN')
    })

    test('node status shows every provider, serving and proving', async () => {
      const [status] = await json(['node', 'status'])
      const providers = status?.['providers']
      assert.ok(Array.isArray(providers))
      assert.equal(providers.length, record.providers.length)
      for (const provider of providers) assert.deepEqual([provider.healthy, provider.ready], [true, true])
    })

    test('stake status shows stakes, and stake add raises one', async () => {
      const operator = record.providers[0]!.operator
      const [before] = await json(['stake', 'status', '--provider', operator])
      await json(['stake', 'add', '12.5', '--provider', operator])
      const [after] = await json(['stake', 'status', '--provider', operator])
      const stake = (row: Record<string, unknown> | undefined): bigint => BigInt(String(row?.['stake']))
      assert.equal(stake(after) - stake(before), 12_500_000_000_000_000_000n)
      assert.equal((await json(['stake', 'status'])).length, record.providers.length)
    })

    test('proof ls lists one proof of each provider and epoch', async () => {
      const proofs = await json(['proof', 'ls'])
      assert.ok(proofs.length > 0)
      for (const { provider, gas, schema } of proofs) {
        assert.match(String(provider), ADDRESS)
        assert.match(String(gas), AMOUNT)
        assert.equal(schema, 'storgo.proof.ls/1')
      }
      assert.equal(new Set(proofs.map(({ provider, epoch }) => `${provider} ${epoch}`)).size, proofs.length)
    })

    test('dev status names the network that the commands found by themselves', async () => {
      const folder = join(cwd, '.storgo', 'local')
      const [status] = await json(['dev', 'status', '--folder', folder])
      assert.deepEqual([status?.['running'], status?.['rpcUrl'], status?.['ended']], [true, record.rpcUrl, []])
      const second = await failure(['dev', 'up', '--folder', folder])
      assert.deepEqual([second.code, second.exitCode], ['ALREADY_RUNNING', 1])
    })

    test('init makes a wallet whose files only their owner may read, and prints no key', async () => {
      const run = await storgo(['init', '--folder', 'wallet', '--json'])
      assert.equal(run.exitCode, 0, run.stderr)
      const text = run.stdout.toString() + run.stderr
      const password = readFileSync(join(cwd, 'wallet', 'wallet.password'), 'utf8').trim()
      assert.ok(!text.includes(password))
      assert.ok(!/0x[0-9a-f]{64}/u.test(text))
      for (const name of ['wallet.json', 'wallet.password', 'master-key.json', 'profile.json'])
        assert.equal(statSync(join(cwd, 'wallet', name)).mode & 0o777, 0o600, name)
      assert.equal((await failure(['init', '--folder', 'wallet'])).code, 'FILE_EXISTS')
      const own = ['--config', 'wallet/profile.json']
      await json(['dev', 'fund', '--amount', '500', ...own])
      const [opened] = await json(['volume', 'open', '--size', '8MiB', ...own])
      assert.equal((await storgo(['put', '-', 'mine', ...own], { stdin: Buffer.from('mine') })).exitCode, 0)
      assert.deepEqual(
        (await json(['ls', ...own])).map(({ path }) => path),
        ['mine'],
      )
      // Another account's volume: its files are not the demo account's to read.
      assert.equal((await failure(['ls', '--volume', String(opened?.['volumeId'])])).exitCode, 4)
    })
  })
}
