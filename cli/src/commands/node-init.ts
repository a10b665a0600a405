import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import { type Ask, type Chain, onChain, readBalance, registerProvider } from '@storgo/sdk'
import { createKeyFile } from '@storgo/sdk/key-file'
import { type Address, formatEther, hexToBytes } from 'viem'
import { generatePrivateKey } from 'viem/accounts'
import type { Context } from '../context.ts'
import { choosePassword } from '../profile/choose-password.ts'
import { findNetwork } from '../profile/find-network.ts'
import { readProfile } from '../profile/profile-file.ts'
import { openSession } from '../profile/session.ts'
import { type NodeFiles, nodeFiles } from '../provider/node-files.ts'
import { writeNodeConfig } from '../provider/write-node-config.ts'
import { formatStor, parseBytes, parseStor } from '../quantities.ts'
import { table } from '../table.ts'
import type { NodeInitFlags } from '../tree/node-commands.ts'

const SECTOR_BYTES = 2 ** 20
const SECTORS_PER_GIB = 1024n
/** The registry keeps the price of a sector as 64 bits. */
const MOST_PRICE = (2n ** 64n - 1n) * SECTORS_PER_GIB
/** Of the node's setting `capacitySectors`. */
const MOST_SECTORS = 2 ** 28 - 1

/** Makes a provider that the account owns: an operator key, a configuration, and its entry in the registry. */
export async function nodeInit(context: Context, flags: NodeInitFlags): Promise<undefined> {
  const { cwd, output } = context
  const folder = resolve(cwd, flags.folder)
  const stake = parseStor(flags.stake)
  const ether = parseStor(flags.ether)
  const capacity = parseBytes(flags.capacity, { min: SECTOR_BYTES, max: MOST_SECTORS * SECTOR_BYTES })
  const capacitySectors = Math.floor(capacity / SECTOR_BYTES)
  const ask: Ask = {
    pricePerSectorEpoch: parseStor(flags.price, { max: MOST_PRICE }) / SECTORS_PER_GIB,
    freeSectors: capacitySectors,
    minSectors: 1,
  }
  const { rpcUrl, deploymentFile } = await findNetwork(context, (await readProfile(context)) ?? {})
  await using session = await openSession(context)
  await assertCanGive(session.storgo.chain, session.account.address, ether)

  await mkdir(folder, { recursive: true, mode: 0o700 })
  const operatorKey = hexToBytes(generatePrivateKey())
  const files = await makeFiles(context, folder, operatorKey)
  const { chain } = session.storgo
  const operator = await registerOrTidy(chain, files, { operatorKey, stake, ask })
  // Once it is registered it has to be possible to run it, whatever becomes of the rest.
  await writeNodeConfig(files, { rpcUrl, deploymentFile, capacitySectors })
  await giveEther(chain, operator, ether)
  const text = table([
    ['operator', operator],
    ['owner', session.account.address],
    ['stake', formatStor(stake)],
    [
      'offers',
      `${capacitySectors} MiB at ${formatStor(ask.pricePerSectorEpoch * SECTORS_PER_GIB)} for a GiB and epoch`,
    ],
    ['settings', files.configFile],
  ])
  const record = { operator, owner: session.account.address, stake, ...ask, ...files }
  output.data('storgo.node.init/1', record, text)
  output.note(`  next: storgo node start --folder ${flags.folder}`)
  return undefined
}

async function makeFiles(context: Context, folder: string, operatorKey: Uint8Array): Promise<NodeFiles> {
  const files = nodeFiles(folder)
  for (const path of [files.configFile, files.keyFile]) {
    if (existsSync(path))
      throw new StorgoError('FILE_EXISTS', `there is a provider in ${folder} already`, {
        path,
        next: 'storgo node init --folder FOLDER',
      })
  }
  // A provider starts without a person, so its password has to be in a file.
  const { password, file } = await choosePassword(context, folder, { name: 'operator.password', mayAsk: false })
  await createKeyFile(files.keyFile, operatorKey, password)
  return { ...files, passwordFile: file ?? files.passwordFile }
}

/** A key that is not registered is worth nothing, and would be in the way of the next attempt. */
async function registerOrTidy(
  chain: Chain,
  { keyFile }: NodeFiles,
  { operatorKey, stake, ask }: { operatorKey: Uint8Array; stake: bigint; ask: Ask },
): Promise<Address> {
  try {
    // The node publishes its addresses itself, once it knows them.
    const { operator } = await registerProvider(chain, { operatorKey, addresses: [], stake, ask })
    return operator
  } catch (error) {
    await rm(keyFile, { force: true })
    throw error
  }
}

async function assertCanGive(chain: Chain, account: Address, value: bigint): Promise<void> {
  const { ether } = await readBalance(chain, account)
  if (ether >= value) return
  const message = `${account} has ${formatEther(ether)} ETH, and the operator is to be given ${formatEther(value)}`
  throw new StorgoError('INSUFFICIENT_FUNDS', message, { account, ether, value })
}

async function giveEther({ walletClient, publicClient }: Chain, to: Address, value: bigint): Promise<void> {
  if (walletClient === undefined || value === 0n) return
  await onChain(async () => {
    const hash = await walletClient.sendTransaction({ to, value })
    await publicClient.waitForTransactionReceipt({ hash })
  })
}
