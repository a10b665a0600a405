import { glob, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { getStorageUpgradeReport, validateUpgradeSafety, withValidationDefaults } from '@openzeppelin/upgrades-core'
import hre from 'hardhat'
import { buildContracts } from './build.ts'
import { storageLayout } from './storage-layout.ts'

const CONTRACTS = ['StorgoToken', 'NetworkParameters', 'ProviderRegistry', 'StorageMarket', 'ProofOfStorage']
/** The layouts that the next upgrade must keep: what is deployed, or will be first. */
const LAYOUTS = new URL('../../contracts/layouts/', import.meta.url)
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

/** Whether the layout is the recorded one; says what has changed, and whether an upgrade could follow it. */
async function isRecorded(name: string): Promise<boolean> {
  const file = new URL(`${name}.json`, LAYOUTS)
  const layout = await storageLayout(name)
  const text = `${JSON.stringify(layout, null, 2)}\n`
  const recorded = await readFile(file, 'utf8').catch(() => undefined)
  if (recorded === text) return true
  if (flags.write) {
    await writeFile(file, text)
    return true
  }
  if (recorded === undefined) {
    console.error(`${name}: no layout is recorded`)
    return false
  }
  const report = getStorageUpgradeReport(JSON.parse(recorded), layout, withValidationDefaults({}))
  console.error(report.ok ? `${name}: only additions to the recorded layout` : `${name}:\n${report.explain(false)}`)
  return false
}

const { values: flags } = parseArgs({ options: { write: { type: 'boolean', default: false } } })
await buildContracts()
const safe = await Promise.all(CONTRACTS.map(isSafe))
const recorded = await Promise.all(CONTRACTS.map(isRecorded))
const exceptions = await forbiddenExceptions()
for (const exception of exceptions) console.error(`not allowed: ${exception}`)
if (recorded.includes(false)) console.error('Record additions with node scripts/contracts/check-layouts.ts --write')
if (safe.includes(false) || recorded.includes(false) || exceptions.length > 0) process.exitCode = 1
