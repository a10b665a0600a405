import { fileURLToPath } from 'node:url'
import hardhatToolboxViem from '@nomicfoundation/hardhat-toolbox-viem'
import { defineConfig } from 'hardhat/config'
import hardhatIgnoreWarnings from 'hardhat-ignore-warnings'

// The wasm compiler that the npm package `solc` ships, so that Hardhat downloads nothing; `version` is that package's.
const solc = { version: '0.8.37', path: fileURLToPath(import.meta.resolve('solc/soljson.js')) }

// storageLayout: read by @openzeppelin/upgrades-core. evmVersion: OpenZeppelin 5.7 needs cancun or later (mcopy).
const settings = {
  evmVersion: 'prague',
  metadata: { bytecodeHash: 'none' },
  // The books and the market's hot paths pack words by hand; without the IR they cost up to a third more.
  viaIR: true,
  optimizer: { enabled: true, runs: 1_000 },
  outputSelection: { '*': { '*': ['storageLayout'] } },
}

export default defineConfig({
  plugins: [hardhatToolboxViem, hardhatIgnoreWarnings],
  paths: {
    sources: './contracts/src',
    tests: { solidity: './test/solidity', nodejs: './test/contracts' },
    ignition: './contracts/ignition',
  },
  solidity: {
    npmFilesToBuild: [
      '@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol',
      '@openzeppelin/contracts/governance/TimelockController.sol',
    ],
    // One and the same, so that what is tested is what is deployed; Ignition's own command builds with `production`.
    profiles: { default: { ...solc, settings }, production: { ...solc, isolated: false, settings } },
  },
  // every warning in our own sources is an error
  warnings: {
    'npm/**/*': 'off',
    'test/**/*': 'off',
    'contracts/src/**/*': { 'transient-storage': 'off', default: 'error' },
  },
  test: {
    solidity: {
      fuzz: { runs: 256, seed: '0x5706' },
      invariant: { runs: 32, depth: 64, failOnRevert: true },
    },
  },
  ignition: { requiredConfirmations: 1, blockPollingInterval: 25 },
  networks: {
    // what `hardhat node` runs: a block for every transaction, and one a second besides
    node: { type: 'edr-simulated', chainType: 'l1', chainId: 31337, mining: { auto: true, interval: 1000 } },
    localhost: { type: 'http', chainType: 'l1', url: 'http://127.0.0.1:8545' },
  },
})
