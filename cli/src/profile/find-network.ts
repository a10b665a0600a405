import { readFile } from 'node:fs/promises'
import { StorgoError } from '@storgo/protocol'
import { type Deployment, parseDeployment } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { findLocalNetwork } from '../local-network/find.ts'

const MAX_DEPLOYMENT_BYTES = 1 << 16

/** A chain and the contracts on it. */
export type Network = { rpcUrl: string; deployment: Deployment; deploymentFile: string }
/** What a profile or flags say about it; the local network that runs says the rest. */
export type NetworkChoice = { rpcUrl?: string | undefined; deploymentFile?: string | undefined }

/**
 * The network to use: `--rpc`, then `STORGO_CLI_RPC_URL`, then what was chosen, then the local network that is found from the
 * current folder upwards.
 *
 * @throws {StorgoError} `NETWORK_NOT_FOUND` if something is left open and no local network runs; `CONFIG_INVALID`.
 */
export async function findNetwork({ options, env, cwd }: Context, choice: NetworkChoice): Promise<Network> {
  const rpcUrl = options.rpcUrl ?? env['STORGO_CLI_RPC_URL'] ?? choice.rpcUrl
  const { deploymentFile } = choice
  if (rpcUrl !== undefined && deploymentFile !== undefined)
    return { rpcUrl, deploymentFile, deployment: await readDeployment(deploymentFile) }
  const local = findLocalNetwork(cwd)
  const file = deploymentFile ?? local.deploymentFile
  return { rpcUrl: rpcUrl ?? local.rpcUrl, deploymentFile: file, deployment: await readDeployment(file) }
}

async function readDeployment(path: string): Promise<Deployment> {
  try {
    const text = await readFile(path, 'utf8')
    if (text.length > MAX_DEPLOYMENT_BYTES) throw new Error(`larger than ${MAX_DEPLOYMENT_BYTES} bytes`)
    return parseDeployment(JSON.parse(text))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new StorgoError(
      'CONFIG_INVALID',
      `cannot use the deployment file ${path}: ${why}`,
      { path },
      { cause: error },
    )
  }
}
