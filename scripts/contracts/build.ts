import hre from 'hardhat'

/** Compiles the contracts where sources have changed since the last time. */
export async function buildContracts(): Promise<void> {
  await hre.tasks.getTask('build').run({ noTests: true, quiet: true })
}
