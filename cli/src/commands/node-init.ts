import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { StorgoError } from '@storgo/protocol'
import { type Ask, type Chain, registerProvider } from '@storgo/sdk'
import { createKeyFile } from '@storgo/sdk/key-file'
import { type Address, hexToBytes } from 'viem'
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

/** Makes a provider that the account owns: an operator key, a configuration, and its entry in the registry. */
export async function nodeInit(context: Context, flags: NodeInitFlags): Promise<undefined> {
  const { cwd, output } = context
  const folder = resolve(cwd, flags.folder)
  const stake = parseStor(flags.stake)
  const ether = parseStor(flags.ether)
  const capacitySectors = Math.floor(parseBytes(flags.capacity) / SECTOR_BYTES)
  const ask: Ask = {
    pricePerSectorEpoch: parseStor(flags.price) / SECTORS_PER_GIB,
    freeSectors: capacitySectors,
    minSectors: 1,
  }
  const { rpcUrl, deploymentFile } = await findNetwork(context, (await readProfile(context)) ?? {})
  await using session = await openSession(context)

  await mkdir(folder, { recursive: true, mode: 0o700 })
  const operatorKey = hexToBytes(generatePrivateKey())
  const files = await makeFiles(context, folder, operatorKey)
  const { chain } = session.storgo
  const operator = await registerOrTidy(chain, files, { operatorKey, stake, ask })
  await giveEther(chain, operator, ether)
  await writeNodeConfig(files, { rpcUrl, deploymentFile, capacitySectors })
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

async function giveEther({ walletClient, publicClient }: Chain, to: Address, value: bigint): Promise<void> {
  if (walletClient === undefined || value === 0n) return
  const hash = await walletClient.sendTransaction({ to, value })
  await publicClient.waitForTransactionReceipt({ hash })
}
