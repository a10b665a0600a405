import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { SharedNetwork } from '../shared-network.ts'

/** Answers of commands that the other suites have no use for. All are held to their schemas as they come. */
export function everyRecord({ cwd, record, json, failure }: SharedNetwork): void {
  const [first, second] = record.providers

  describe('every record', () => {
    test('a provider tells of its network, and has nothing to do with a peer while it is banned', async () => {
      assert.ok(first && second)
      const [peers] = await json(['net', 'peers', '--all'])
      assert.equal(peers?.['provider'], first.name)
      const [ping] = await json(['net', 'ping', second.operator])
      assert.equal(ping?.['operator'], second.operator)
      const [trace] = await json(['net', 'trace', second.operator])
      assert.equal(trace?.['reached'], true)
      await json(['net', 'lookup', second.operator])
      await json(['net', 'dht'])
      await json(['net', 'bandwidth'])
      await json(['net', 'health'])
      // By its peer id, and at a provider that no volume's writes wait for.
      const [banned] = await json([
        'node',
        'ban',
        second.peerId,
        '--for',
        '1m',
        '--reason',
        'to see',
        '--provider',
        last(),
      ])
      assert.ok(typeof banned?.['ban'] === 'object')
      const [bans] = await json(['node', 'bans', '--provider', last()])
      assert.ok(Array.isArray(bans?.['bans']) && bans['bans'].length === 1)
      await json(['node', 'unban', second.peerId, '--provider', last()])
      const [again] = await json(['node', 'unban', second.peerId, '--provider', last()], 3)
      assert.equal(again?.['lifted'], false)
      assert.equal((await failure(['net', 'peers', '--provider', 'nobody'])).exitCode, 3)
    })

    test('settings are read, changed, compared with a running node and reloaded by it', async () => {
      assert.ok(first)
      const running = ['--file', `${first.dataDir}.config.json`]
      await json(['config', 'set', 'log.level', 'debug', ...running])
      await json(['config', 'set', 'p2p.maxConnections', '99', ...running])
      const [reloaded] = await json(['config', 'reload', ...running])
      assert.ok(reloaded?.['outcome'] === 'applied' || reloaded?.['outcome'] === 'unchanged')
      await json(['config', 'diff', ...running])
      await json(['config', 'unset', 'p2p.maxConnections', ...running])
      await json(['config', 'view', ...running])
      await json(['config', 'view', '--effective', ...running])
      await json(['config', 'explain', 'log.level', ...running])
      await json(['config', 'explain', ...running])
      await json(['config', 'validate', ...running])
      await json(['config', 'profile', ...running])
      await json(['config', 'profile', 'none', ...running])
      const [level] = await json(['config', 'get', 'log.level', ...running])
      assert.deepEqual([level?.['value'], level?.['layer']], ['debug', 'file'])
      assert.equal((await failure(['config', 'edit', ...running], { env: { VISUAL: 'false' } })).exitCode, 2)
      const [edited] = await json(['config', 'edit', ...running], 0, { env: { VISUAL: 'true' } })
      assert.equal(edited?.['changed'], false)
    })

    test('the recovery card brings all files back on an empty machine', async () => {
      await json(['recovery', 'card', '--out', 'card.txt'])
      assert.equal(statSync(join(cwd, 'card.txt')).mode & 0o777, 0o600)
      await json(['recover', '--card', 'card.txt', '--folder', 'recovered'])
      assert.equal((await failure(['recover', '--card', 'card.txt', '--folder', 'recovered'])).code, 'FILE_EXISTS')
      writeFileSync(join(cwd, 'torn.txt'), readFileSync(join(cwd, 'card.txt'), 'utf8').slice(0, 200), { mode: 0o600 })
      assert.notEqual((await failure(['recover', '--card', 'torn.txt', '--folder', 'torn'])).exitCode, 0)
    })

    test('a provider is registered; nobody buys from it at its price', async () => {
      const [made] = await json(['node', 'init', '--folder', 'own', '--price', '10000', '--capacity', '64MiB'])
      assert.equal(made?.['freeSectors'], 64)
      assert.equal((await failure(['node', 'init', '--folder', 'own'])).code, 'FILE_EXISTS')
      assert.equal((await failure(['node', 'start', '--folder', 'nowhere'])).exitCode, 2)
      const [down] = await json(['dev', 'down', '--folder', 'nowhere'])
      assert.equal(down?.['stopped'], false)
    })
  })

  function last(): string {
    return record.providers.at(-1)?.name ?? ''
  }
}
