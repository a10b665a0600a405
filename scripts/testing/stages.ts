/** One step of `npm test`: a command, and how its output says how many tests passed and failed. */
export type Stage = {
  name: string
  /** Arguments for the Node.js that runs this file. */
  args: string[]
  /** `node`: node:test's TAP totals. `hardhat`: "N passing, M failing". `exit`: the command itself is the one test. */
  counts: 'node' | 'hardhat' | 'exit'
}

/** `npm run test:full`: tests that can go on for long do, each by the same variable. */
const isFull = process.env['STORGO_TEST_FULL'] === '1'
/** Milliseconds that one test may take. */
const TEST_MS = isFull ? 4 * 3_600_000 : 600_000

const bin = (path: string): string => `node_modules/${path}`
const hardhat = (...args: string[]): string[] => [bin('hardhat/dist/src/cli.js'), ...args]

/**
 * `isolation` none: one process for all files, since start-up is most of a unit test's cost; process: for tests that
 * start programs, hold ports or are killed.
 */
const nodeTest = (isolation: 'none' | 'process', ...globs: string[]): string[] => [
  '--test',
  `--test-isolation=${isolation}`,
  '--test-concurrency=1',
  `--test-timeout=${TEST_MS}`,
  '--test-reporter=tap',
  ...globs,
]

/** In the order they run: cheapest and most telling first. */
export const STAGES: Stage[] = [
  { name: 'format and lint', args: [bin('@biomejs/biome/bin/biome'), 'ci', '--colors=off', '.'], counts: 'exit' },
  { name: 'types', args: [bin('typescript/bin/tsc'), '-p', 'tsconfig.json'], counts: 'exit' },
  { name: 'unused code', args: [bin('knip/bin/knip.js')], counts: 'exit' },
  { name: 'generated messages', args: ['scripts/protocol/generate-messages.ts', '--check'], counts: 'exit' },
  { name: 'generated wasm', args: ['scripts/protocol/build-wasm.ts', '--check'], counts: 'exit' },
  { name: 'test vectors', args: ['scripts/protocol/write-vectors.ts', '--check'], counts: 'exit' },
  { name: 'table of settings', args: ['scripts/config/write-settings-table.ts', '--check'], counts: 'exit' },
  { name: 'pages about commands', args: ['scripts/cli/write-reference.ts', '--check'], counts: 'exit' },
  { name: 'contracts compile', args: hardhat('build'), counts: 'exit' },
  { name: 'contract ABIs', args: ['scripts/contracts/write-abi.ts', '--check'], counts: 'exit' },
  { name: 'contract sizes', args: ['scripts/contracts/check-sizes.ts'], counts: 'exit' },
  { name: 'storage layouts', args: ['scripts/contracts/check-layouts.ts'], counts: 'exit' },
  { name: 'gas ceilings', args: ['scripts/contracts/gas.ts'], counts: 'exit' },
  { name: 'protocol', args: nodeTest('none', 'protocol/src/**/*.test.ts'), counts: 'node' },
  {
    name: 'protocol, as in browsers',
    args: ['--conditions=browser', ...nodeTest('none', 'protocol/src/**/*.test.ts')],
    counts: 'node',
  },
  { name: 'sdk', args: nodeTest('process', 'sdk/src/**/*.test.ts'), counts: 'node' },
  { name: 'node', args: nodeTest('process', 'node/src/**/*.test.ts'), counts: 'node' },
  { name: 'cli', args: nodeTest('process', 'cli/src/**/*.test.ts', 'scripts/**/*.test.ts'), counts: 'node' },
  { name: 'model of the write', args: nodeTest('process', 'test/model/**/*.test.ts'), counts: 'node' },
  { name: 'simulated faults', args: nodeTest('process', 'test/simulation/**/*.test.ts'), counts: 'node' },
  { name: 'contracts, Solidity', args: hardhat('test', 'solidity', '--no-compile'), counts: 'hardhat' },
  { name: 'contracts, TypeScript', args: hardhat('test', 'nodejs', '--no-compile'), counts: 'hardhat' },
  { name: 'integration', args: nodeTest('process', 'test/integration/**/*.test.ts'), counts: 'node' },
  { name: 'networks', args: nodeTest('process', 'test/network/**/*.test.ts'), counts: 'node' },
  { name: 'browser', args: nodeTest('process', 'test/browser/**/*.test.ts'), counts: 'node' },
  { name: 'power cuts', args: nodeTest('process', 'test/power-cut/**/*.test.ts'), counts: 'node' },
  { name: 'faults of processes', args: nodeTest('process', 'test/faults/**/*.test.ts'), counts: 'node' },
  { name: 'malicious peers', args: nodeTest('process', 'test/adversarial/**/*.test.ts'), counts: 'node' },
  { name: 'end to end', args: nodeTest('process', 'test/e2e/**/*.test.ts'), counts: 'node' },
]
