import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { StorgoError } from '@storgo/protocol'
import { hexToBytes, isHex } from 'viem'
import { callChain } from './call-chain.ts'

/** How often the chain's state is written where it has changed. Blocks since then are lost when everything is killed. */
const INTERVAL_MS = 2_000
/** A large chain takes long to write: at least this many times as long goes by before it is written again. */
const REST = 10
const DUMP_TIMEOUT_MS = 60_000

/** What a chain that was kept in `stateFile` begins with, unpacked beside it; undefined if there is none. */
export async function restoreChain(stateFile: string): Promise<string | undefined> {
  if (!existsSync(stateFile)) return undefined
  const path = `${stateFile}.json`
  try {
    await writeFile(path, await promisify(gunzip)(await readFile(stateFile)), { mode: 0o600 })
  } catch (error) {
    const message = `the chain's state in ${stateFile} cannot be read; --fresh starts a new network`
    throw new StorgoError('CONFIG_INVALID', message, { stateFile }, { cause: error })
  }
  return path
}

/**
 * Writes the state of a running anvil to `stateFile` now, then every few seconds, and once more when it is disposed. Whoever
 * reads the file finds all of one state, whenever the machine stopped. `onError` hears of writes that failed.
 */
export async function keepChain(
  { rpcUrl, stateFile }: { rpcUrl: string; stateFile: string },
  onError: (error: unknown) => void,
): Promise<AsyncDisposable> {
  await mkdir(dirname(stateFile), { recursive: true, mode: 0o700 })
  const stop = new AbortController()
  let saved: unknown
  const save = async (): Promise<void> => {
    const block = await callChain(rpcUrl, 'eth_blockNumber')
    if (block === saved) return
    await replaceDurably(stateFile, await dump(rpcUrl))
    saved = block
  }
  await save()
  const saving = (async () => {
    for (let restMs = INTERVAL_MS; ; ) {
      await delay(restMs, undefined, { signal: stop.signal }).catch(() => {})
      if (stop.signal.aborted) return
      const started = performance.now()
      await save().catch(onError)
      restMs = Math.max(INTERVAL_MS, (performance.now() - started) * REST)
    }
  })()
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await saving
      await save().catch(onError)
    },
  }
}

/** The state in gzip's format, as anvil gives it. */
async function dump(rpcUrl: string): Promise<Uint8Array> {
  const state = await callChain(rpcUrl, 'anvil_dumpState', [], DUMP_TIMEOUT_MS)
  if (!isHex(state)) throw new Error('the chain gave no state')
  return hexToBytes(state)
}

async function replaceDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
