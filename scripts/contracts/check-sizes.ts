import hre from 'hardhat'
import { buildContracts } from './build.ts'

/** EIP-170: most bytes of a contract's code on the chain. */
const LIMIT_BYTES = 24_576
const CONTRACTS = ['StorgoToken', 'NetworkParameters', 'ProviderRegistry', 'StorageMarket', 'ProofOfStorage']

await buildContracts()
for (const name of CONTRACTS) {
  const { deployedBytecode } = await hre.artifacts.readArtifact(name)
  const bytes = deployedBytecode.slice('0x'.length).length / 2
  const room = LIMIT_BYTES - bytes
  console.log(`${name.padEnd(20)}${String(bytes).padStart(7)} bytes, ${room} below the limit`)
  if (room < 0) process.exitCode = 1
}
