/** One step of `npm test`: a command, and how its output says how many tests passed and failed. */
export type Stage = {
  name: string
  /** Arguments for the Node.js that runs this file. */
  args: string[]
  /** `node`: node:test's TAP totals. `hardhat`: "N passing, M failing". `exit`: the command itself is the one test. */
  counts: 'node' | 'hardhat' | 'exit'
  /** Name of the stage that has to end before this one starts. */
  needs?: string
  /** Globs of the test files that it runs, from the repository's root. */
  files?: string[]
}

/** `npm run test:full`: tests that can go on for long do, each by the same variable. */
const isFull = process.env['STORGO_TEST_FULL'] === '1'
/** Milliseconds that one test may take. */
const TEST_MS = isFull ? 4 * 3_600_000 : 600_000
const COMPILE = 'contracts compile'

const bin = (path: string): string => `node_modules/${path}`

const check = (name: string, path: string, ...flags: string[]): Stage => ({
  name,
  args: [path, ...flags],
  counts: 'exit',
})

/** Hardhat finds the files by itself, in the folders of its configuration. */
const hardhatTest = (name: string, kind: 'solidity' | 'nodejs', files: string): Stage => ({
  name,
  args: [bin('hardhat/dist/src/cli.js'), 'test', kind, '--no-compile'],
  counts: 'hardhat',
  needs: COMPILE,
  files: [files],
})

const nodeTest = (name: string, isolation: 'none' | 'process', files: string[], flags: string[] = []): Stage => ({
  name,
  args: [
    ...flags,
    '--test',
    `--test-isolation=${isolation}`,
    '--test-concurrency=1',
    `--test-timeout=${TEST_MS}`,
    '--test-reporter=tap',
    ...files,
  ],
  counts: 'node',
  files,
})

/** Tests in one process for all files, since start-up is most of a unit test's cost. */
const together = (name: string, ...files: string[]): Stage => nodeTest(name, 'none', files)

/** Tests in a process for each file: they start programs, hold the process's own things, or are killed. */
const apart = (name: string, ...files: string[]): Stage => nodeTest(name, 'process', files)

const afterCompiling = (stage: Stage): Stage => ({ ...stage, needs: COMPILE })

/** As `apart`, for tests that deploy the contracts. */
const onChain = (name: string, ...files: string[]): Stage => afterCompiling(apart(name, ...files))

const PROTOCOL = ['protocol/src/**/*.test.ts']

/**
 * In the order they start, in two lanes: the cheapest and most telling first, then what all that deploys contracts waits for, and
 * the longest of those before the shorter ones, which even out the ends.
 */
export const STAGES: Stage[] = [
  check('format and lint', bin('@biomejs/biome/bin/biome'), 'ci', '--colors=off', '.'),
  check('types', bin('typescript/bin/tsc'), '-p', 'tsconfig.json'),
  check('unused code', bin('knip/bin/knip.js')),
  check(COMPILE, bin('hardhat/dist/src/cli.js'), 'build'),
  check('generated messages', 'scripts/protocol/generate-messages.ts', '--check'),
  check('generated wasm', 'scripts/protocol/build-wasm.ts', '--check'),
  check('test vectors', 'scripts/protocol/write-vectors.ts', '--check'),
  check('table of settings', 'scripts/config/write-settings-table.ts', '--check'),
  check('pages about commands', 'scripts/cli/write-reference.ts', '--check'),
  together('protocol', ...PROTOCOL),
  nodeTest('protocol, as in browsers', 'none', PROTOCOL, ['--conditions=browser']),
  apart('simulated faults', 'test/simulation/**/*.test.ts'),
  onChain('integration', 'test/integration/**/*.test.ts'),
  onChain('end to end', 'test/e2e/**/*.test.ts'),
  onChain('faults of processes', 'test/faults/**/*.test.ts'),
  onChain('sdk, apart', 'sdk/src/{chain,discovery,net}/**/*.test.ts'),
  hardhatTest('contracts, TypeScript', 'nodejs', 'test/contracts/**/*.test.ts'),
  afterCompiling(check('contract ABIs', 'scripts/contracts/write-abi.ts', '--check')),
  afterCompiling(check('contract sizes', 'scripts/contracts/check-sizes.ts')),
  afterCompiling(check('storage layouts', 'scripts/contracts/check-layouts.ts')),
  afterCompiling(check('gas ceilings', 'scripts/contracts/gas.ts')),
  onChain(
    'node, apart',
    'node/src/{main,node}.test.ts',
    'node/src/{config,discovery,identity,network,prover,telemetry,watch}/**/*.test.ts',
  ),
  onChain('malicious peers', 'test/adversarial/**/*.test.ts'),
  hardhatTest('contracts, Solidity', 'solidity', 'test/solidity/**/*.t.sol'),
  apart('networks', 'test/network/**/*.test.ts'),
  together('sdk', 'sdk/src/*.test.ts', 'sdk/src/{recovery,volumes}/**/*.test.ts'),
  together('node', 'node/src/!(main|node).test.ts', 'node/src/{chain,neighbours,peers,slots,store}/**/*.test.ts'),
  apart('cli', 'cli/src/**/*.test.ts', 'scripts/**/*.test.ts'),
  apart('power cuts', 'test/power-cut/**/*.test.ts'),
  apart('model of the write', 'test/model/**/*.test.ts'),
  apart('browser', 'test/browser/**/*.test.ts'),
]
