import assert from 'node:assert/strict'
import { chmodSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { SharedNetwork } from '../shared-network.ts'
import { randomBytesOf } from './random-file.ts'

/** Wrong input gets a named error, an exit code that tells its kind, and changes nothing. */
export function wrongInputs({ cwd, record, json, failure }: SharedNetwork): void {
  /** A profile of the demo account with some of it changed. */
  function aProfile(name: string, change: object): string {
    const { keyFile, passwordFile, envelopeFile } = record.accounts.demo
    const path = join(cwd, `${name}.json`)
    writeFileSync(path, JSON.stringify({ keyFile, passwordFile, envelopeFile, ...change }))
    return path
  }

  describe('wrong input', () => {
    test('an unknown key in a profile is named', async () => {
      const wrong = await failure(['ls', '--config', aProfile('typo', { keyfile: 'x' })])
      assert.deepEqual([wrong.code, wrong.exitCode], ['CONFIG_INVALID', 2])
      assert.match(wrong.message, /keyfile/u)
    })

    test('a missing key file, one that others may read and a wrong password are told apart', async () => {
      const missing = await failure(['ls', '--config', aProfile('missing', { keyFile: '/nowhere/key.json' })])
      assert.deepEqual([missing.code, missing.exitCode], ['KEY_FILE_MISSING', 4])
      const copy = join(cwd, 'exposed key.json')
      cpSync(record.accounts.demo.keyFile, copy)
      chmodSync(copy, 0o640)
      const exposed = await failure(['ls', '--config', aProfile('exposed', { keyFile: copy })])
      assert.deepEqual([exposed.code, exposed.exitCode, exposed.next], ['KEY_FILE_EXPOSED', 4, `chmod 600 '${copy}'`])
      const guess = join(cwd, 'guess.password')
      writeFileSync(guess, 'guess', { mode: 0o600 })
      const wrong = await failure(['ls', '--config', aProfile('guess', { passwordFile: guess })])
      assert.deepEqual([wrong.code, wrong.exitCode], ['PASSWORD_WRONG', 4])
    })

    test('contracts of another chain are refused', async () => {
      const deployment = JSON.parse(readFileSync(record.deploymentFile, 'utf8'))
      const deploymentFile = join(cwd, 'other-chain.json')
      writeFileSync(deploymentFile, JSON.stringify({ ...deployment, chainId: 1 }))
      const wrong = await failure(['ls', '--config', aProfile('other', { deploymentFile, rpcUrl: record.rpcUrl })])
      assert.deepEqual([wrong.code, wrong.exitCode], ['WRONG_CHAIN', 5])
    })

    test('a chain that does not answer is unhealthy, within seconds', async () => {
      const silent = await failure(['ls', '--rpc', 'http://127.0.0.1:9'])
      assert.deepEqual([silent.code, silent.exitCode], ['CHAIN_UNREACHABLE', 5])
      assert.ok(silent.ms < 10_000, `${silent.ms}`)
    })

    test('outside of any network there is none to use', async () => {
      const elsewhere = join(cwd, '..')
      const lost = await failure(['ls'], { cwd: elsewhere })
      assert.deepEqual([lost.code, lost.exitCode, lost.next], ['NETWORK_NOT_FOUND', 3, 'storgo dev up'])
    })

    test('an account without money opens no volume', async () => {
      await json(['init', '--folder', 'poor'])
      const poor = ['--config', 'poor/profile.json']
      const refused = await failure(['volume', 'open', '--size', '8MiB', ...poor])
      assert.deepEqual([refused.code, refused.exitCode], ['INSUFFICIENT_FUNDS', 4])
      assert.match(refused.next ?? '', /^storgo dev fund/u)
      assert.deepEqual(await json(['volume', 'ls', ...poor]), [])
      assert.equal((await failure(['ls', ...poor])).code, 'VOLUME_UNKNOWN')
    })

    test('a price above --max-price is refused', async () => {
      const refused = await failure(['volume', 'open', '--size', '8MiB', '--max-price', '0.000000000000000001'])
      assert.deepEqual([refused.code, refused.exitCode], ['PRICE_TOO_HIGH', 4])
    })

    test('a volume that is full takes no more, and keeps what it has', async () => {
      const [opened] = await json(['volume', 'open', '--size', '8MiB', '--data', '2', '--parity', '1'])
      const volume = ['--volume', String(opened?.['volumeId'])]
      writeFileSync(join(cwd, 'fits.bin'), randomBytesOf(21, 5 << 20))
      writeFileSync(join(cwd, 'more.bin'), randomBytesOf(22, 5 << 20))
      await json(['put', 'fits.bin', ...volume])
      const full = await failure(['put', 'more.bin', ...volume])
      assert.deepEqual([full.code, full.exitCode], ['VOLUME_FULL', 1])
      assert.deepEqual(
        (await json(['ls', ...volume])).map(({ path }) => path),
        ['fits.bin'],
      )
      await json(['get', 'fits.bin', 'fits-back.bin', ...volume])
      assert.ok(readFileSync(join(cwd, 'fits-back.bin')).equals(readFileSync(join(cwd, 'fits.bin'))))
    })

    test('amounts that nobody has and sizes that nobody offers are refused by name, and leave nothing behind', async () => {
      const [first] = record.providers
      assert.ok(first)
      const most = '1000000000000'
      const refused = await Promise.all([
        failure(['node', 'init', '--folder', 'rich', '--ether', most]),
        failure(['dev', 'fund', '--amount', most]),
        failure(['stake', 'add', most, '--provider', first.operator]),
        failure(['volume', 'quote', '--size', '8191TiB', '--data', '1', '--parity', '0', '--epochs', '2147483648']),
        failure(['undelete', 'nothing', '--at', '999999999999999999']),
      ])
      assert.deepEqual(refused.map(({ code, exitCode }) => [code, exitCode]).slice(0, 4), [
        ['INSUFFICIENT_FUNDS', 4],
        ['INSUFFICIENT_FUNDS', 4],
        ['INSUFFICIENT_FUNDS', 4],
        ['NOT_ENOUGH_SLOTS', 5],
      ])
      assert.notEqual(refused[4]?.code, 'INTERNAL')
      assert.equal(existsSync(join(cwd, 'rich')), false)
    })

    test('a local path that is not there, and quantities that are none, are usage or not found', async () => {
      const wrong = await Promise.all([
        failure(['put', 'not-here.txt']),
        failure(['volume', 'quote', '--size', 'huge']),
        failure(['ls', '--timeout', 'soon']),
        failure(['stake', 'add', '-5', '--provider', record.providers[0]!.operator]),
        failure(['ls', '--volume', 'first']),
      ])
      assert.deepEqual(
        wrong.map(({ exitCode }) => exitCode),
        [3, 2, 2, 2, 2],
      )
    })
  })
}
