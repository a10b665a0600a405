import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Context } from '../context.ts'
import { readProfile } from './profile-file.ts'

const cwd = mkdtempSync(join(tmpdir(), 'storgo-profile-'))
after(() => rmSync(cwd, { recursive: true }))

function aContext(
  configFile: string | undefined,
  env: Record<string, string> = {},
): Pick<Context, 'options' | 'env' | 'cwd'> {
  const options = {
    json: false,
    quiet: false,
    yes: false,
    color: false,
    ...(configFile !== undefined && { configFile }),
  }
  return { options, env: { STORGO_CLI_FOLDER: join(cwd, 'none'), ...env }, cwd }
}

function write(name: string, content: unknown): string {
  writeFileSync(join(cwd, name), typeof content === 'string' ? content : JSON.stringify(content))
  return name
}

test('paths in a profile are relative to it', async () => {
  const name = write('good.json', { keyFile: 'k.json', envelopeFile: '/e.json', rpcUrl: 'http://127.0.0.1:8545' })
  const expected = { keyFile: join(cwd, 'k.json'), envelopeFile: '/e.json', rpcUrl: 'http://127.0.0.1:8545' }
  assert.deepEqual(await readProfile(aContext(name)), expected)
  assert.deepEqual(await readProfile(aContext(undefined, { STORGO_CLI_CONFIG: name })), expected)
})

test('without a profile at the default place there is none, but one that was chosen has to be there', async () => {
  assert.equal(await readProfile(aContext(undefined)), undefined)
  await assert.rejects(readProfile(aContext('not-there.json')), { code: 'CONFIG_INVALID' })
})

test('an unknown setting, a wrong value and what is not JSON are refused by name', async () => {
  const wrong = {
    unknown: { keyFile: 'k', envelopeFile: 'e', keyfile: 'x' },
    url: { keyFile: 'k', envelopeFile: 'e', rpcUrl: 'ftp://x' },
  }
  await assert.rejects(readProfile(aContext(write('unknown.json', wrong.unknown))), {
    code: 'CONFIG_INVALID',
    message: /keyfile/u,
  })
  await assert.rejects(readProfile(aContext(write('url.json', wrong.url))), {
    code: 'CONFIG_INVALID',
    message: /rpcUrl/u,
  })
  await assert.rejects(readProfile(aContext(write('cut.json', '{"keyFile"'))), { code: 'CONFIG_INVALID' })
})
