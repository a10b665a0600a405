import { writeFile } from 'node:fs/promises'
import { deployStorgo } from '../contracts/deploy.ts'

// A process of its own, so that Hardhat's memory is given back when the contracts are there.
const [rpcUrl, deploymentFile] = process.argv.slice(2)
if (rpcUrl === undefined || deploymentFile === undefined)
  throw new Error('usage: deploy-contracts.ts RPC_URL DEPLOYMENT_FILE')
await writeFile(deploymentFile, `${JSON.stringify(await deployStorgo({ rpcUrl }), null, 2)}\n`)
process.exit()
