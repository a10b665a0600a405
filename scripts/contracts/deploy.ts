import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import hre from 'hardhat'
import type { Address } from 'viem'
import './contract-abis.ts'
import storgo from '../../contracts/ignition/modules/storgo.ts'

/** Where a network's contracts are; the deployment file. `block` is the last one before any of them existed. */
export type DeploymentRecord = {
  chainId: number
  token: Address
  parameters: Address
  registry: Address
  market: Address
  proofs: Address
  timelock: Address
  block: number
}

export type DeployOptions = {
  rpcUrl: string
  /** Ignition parameter file; that of chain 31337 unless given. */
  parametersFile?: string
  /** Keeps Ignition's journal under this name, so that a deployment can be resumed. Without it nothing is kept. */
  deploymentId?: string
}

/**
 * Deploys all contracts with the node's first account. The contracts have been compiled.
 *
 * @throws `HardhatError` when the chain does not answer or a transaction fails.
 */
export async function deployStorgo({ rpcUrl, parametersFile, deploymentId }: DeployOptions): Promise<DeploymentRecord> {
  const connection = await hre.network.create({ network: 'localhost', override: { url: rpcUrl } })
  const id = deploymentId ?? `throwaway-${randomUUID()}`
  try {
    const client = await connection.viem.getPublicClient({ cacheTime: 0 })
    const [chainId, block] = await Promise.all([client.getChainId(), client.getBlockNumber()])
    const parameters = parametersFile ?? join(hre.config.paths.ignition, 'parameters', '31337.json')
    const deployed = await connection.ignition.deploy(storgo, { parameters, deploymentId: id })
    const { token, registry, market, proofs, timelock } = deployed
    return {
      chainId,
      token: token.address,
      parameters: deployed.parameters.address,
      registry: registry.address,
      market: market.address,
      proofs: proofs.address,
      timelock: timelock.address,
      block: Number(block),
    }
  } finally {
    await connection.close()
    if (deploymentId === undefined) {
      await rm(join(hre.config.paths.ignition, 'deployments', id), { recursive: true, force: true })
    }
  }
}

if (import.meta.main) {
  const { values: flags } = parseArgs({
    options: {
      rpc: { type: 'string', default: 'http://127.0.0.1:8545' },
      parameters: { type: 'string' },
      id: { type: 'string' },
      out: { type: 'string' },
    },
  })
  const record = await deployStorgo({
    rpcUrl: flags.rpc,
    ...(flags.parameters === undefined ? {} : { parametersFile: flags.parameters }),
    ...(flags.id === undefined ? {} : { deploymentId: flags.id }),
  })
  const text = `${JSON.stringify(record, null, 2)}\n`
  if (flags.out === undefined) process.stdout.write(text)
  else await writeFile(flags.out, text)
}
