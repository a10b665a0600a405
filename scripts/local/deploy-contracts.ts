import { writeFile } from 'node:fs/promises'
import { buildContracts } from '../contracts/build.ts'
import { deployStorgo } from '../contracts/deploy.ts'
import { answersIn } from './start-chain.ts'

// A process of its own, so that Hardhat's memory is given back when the contracts are there. Compiling (nothing to do when
// warm) needs no chain and runs while that starts.
const CHAIN_TIMEOUT_MS = 120_000
const [rpcUrl, deploymentFile] = process.argv.slice(2)
if (rpcUrl === undefined || deploymentFile === undefined)
  throw new Error('usage: deploy-contracts.ts RPC_URL DEPLOYMENT_FILE')
await buildContracts()
await answersIn(rpcUrl, CHAIN_TIMEOUT_MS)
await writeFile(deploymentFile, `${JSON.stringify(await deployStorgo({ rpcUrl }), null, 2)}\n`)
process.exit()
