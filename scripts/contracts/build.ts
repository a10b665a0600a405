import hre from 'hardhat'

/**
 * Compiles the contracts where sources have changed since the last time. Where nothing has, nothing is written: Hardhat's own
 * build rewrites its list of what is compiled each time, and two at once would take that from each other.
 */
export async function buildContracts(): Promise<void> {
  if (!(await isUpToDate())) await hre.tasks.getTask('build').run({ noTests: true, quiet: true })
}

async function isUpToDate(): Promise<boolean> {
  const { solidity } = hre
  const roots: string[] = []
  for (const root of await solidity.getRootFilePaths()) {
    if (root.startsWith('npm:') || (await solidity.getScope(root)) === 'contracts') roots.push(root)
  }
  const jobs = await solidity.getCompilationJobs(roots, { quiet: true })
  return jobs.success && jobs.compilationJobsPerFile.size === 0
}
