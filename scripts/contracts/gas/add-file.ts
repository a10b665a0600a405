import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deriveSessionKey } from '@storgo/protocol'
import type { FileSource } from '@storgo/sdk'
import { readPasswordFile } from '@storgo/sdk/key-file'
import { createPublicClient, http } from 'viem'
import { openWallet } from '../../../cli/src/profile/wallet.ts'
import { startLocalNetwork } from '../../local/start-network.ts'
import { Steps } from '../../local/steps.ts'

const FILES = 100
const FILE_BYTES = 50_000

/**
 * Gas for each of 100 files stored on a network of real processes: whatever the client's wallet and session key paid in any
 * block from before the first file to after the last.
 */
export async function addFileGas(): Promise<bigint> {
  await using resources = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'storgo-gas-'))
  resources.defer(() => rm(folder, { recursive: true, force: true }))
  const repository = fileURLToPath(new URL('../../../', import.meta.url))
  const steps = new Steps(() => {}, new AbortController().signal)
  const drop = () => {}
  const logger = { debug: drop, info: drop, warn: drop, error: drop }
  const { record, storgo } = resources.use(await startLocalNetwork({ folder, repository, steps, logger }))
  const { demo } = record.accounts
  const { masterKey } = await openWallet(demo, await readPasswordFile(demo.passwordFile))
  const payers = [demo.address, deriveSessionKey(masterKey, record.chainId, 1).address].map((payer) =>
    payer.toLowerCase(),
  )

  const chain = createPublicClient({ transport: http(record.rpcUrl), cacheTime: 0 })
  const first = await chain.getBlockNumber()
  await storgo.volume(BigInt(record.volumeId ?? 0)).put(
    Array.from({ length: FILES }, (_, index) => aFile(index)),
    {},
  )
  const last = await chain.getBlockNumber()

  let gas = 0n
  for (let block = first + 1n; block <= last; block++) {
    const { transactions } = await chain.getBlock({ blockNumber: block, includeTransactions: true })
    for (const { hash, from } of transactions) {
      if (payers.includes(from.toLowerCase())) gas += (await chain.getTransactionReceipt({ hash })).gasUsed
    }
  }
  return gas / BigInt(FILES)
}

function aFile(index: number): FileSource {
  const bytes = new Uint8Array(FILE_BYTES).map((_, at) => Math.imul(at + 1, 0x9e3779b1 + index) >>> 24)
  return {
    path: `file-${index}`,
    size: FILE_BYTES,
    modifiedMs: 0,
    mediaType: 'application/octet-stream',
    async *open() {
      yield bytes
    },
  }
}
