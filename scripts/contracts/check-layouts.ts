import { glob, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { validateUpgradeSafety } from '@openzeppelin/upgrades-core'
import hre from 'hardhat'
import { buildContracts } from './build.ts'

const CONTRACTS = ['StorgoToken', 'NetworkParameters', 'ProviderRegistry', 'StorageMarket', 'ProofOfStorage']
/** Immutables and the constructors that set them are part of the code, which every upgrade replaces as a whole. */
const ALLOWED = new Set(['constructor', 'state-variable-immutable'])

/** Whether OpenZeppelin finds the contract's storage fit for upgrades; says why where not. */
async function isSafe(name: string): Promise<boolean> {
  const { sourceName, buildInfoId } = await hre.artifacts.readArtifact(name)
  if (buildInfoId === undefined) throw new Error(`${name} has no build info`)
  // Older builds lie beside the current one, so it gets a folder of its own.
  const folder = await mkdtemp(join(tmpdir(), 'storgo-layouts-'))
  try {
    for (const file of [`${buildInfoId}.json`, `${buildInfoId}.output.json`]) {
      await symlink(join(hre.config.paths.artifacts, 'build-info', file), join(folder, file))
    }
    const report = await validateUpgradeSafety(folder, `${sourceName}:${name}`)
    console.log(report.explain(false))
    return report.ok
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What our sources ask the check to overlook, other than what is allowed. */
async function forbiddenExceptions(): Promise<string[]> {
  const found: string[] = []
  for await (const file of glob('contracts/src/**/*.sol')) {
    for (const [, what = ''] of (await readFile(file, 'utf8')).matchAll(/oz-upgrades-unsafe-allow\S* (.*)/g)) {
      if (!what.split(/\s+/).every((word) => ALLOWED.has(word))) found.push(`${file}: ${what}`)
    }
  }
  return found
}

await buildContracts()
const verdicts = await Promise.all(CONTRACTS.map(isSafe))
const exceptions = await forbiddenExceptions()
for (const exception of exceptions) console.error(`not allowed: ${exception}`)
if (verdicts.includes(false) || exceptions.length > 0) process.exitCode = 1
