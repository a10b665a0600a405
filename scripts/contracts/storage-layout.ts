import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  concatRunData,
  getContractVersion,
  getStorageLayout,
  type StorageLayout,
  solcInputOutputDecoder,
  validate,
} from '@openzeppelin/upgrades-core'
import hre from 'hardhat'

/**
 * Where a compiled contract keeps what: its ERC-7201 namespaces with their members in order, and the types of these. The
 * same for every build of the same declarations.
 */
export async function storageLayout(name: string): Promise<StorageLayout> {
  const { inputSourceName, buildInfoId } = await hre.artifacts.readArtifact(name)
  if (buildInfoId === undefined) throw new Error(`${name} has no build info`)
  const read = async (file: string) =>
    JSON.parse(await readFile(join(hre.config.paths.artifacts, 'build-info', file), 'utf8'))
  const [{ input, solcVersion }, { output }] = await Promise.all([
    read(`${buildInfoId}.json`),
    read(`${buildInfoId}.output.json`),
  ])
  const run = validate(output, solcInputOutputDecoder(input, output), solcVersion, input)
  const version = getContractVersion(run, `${inputSourceName}:${name}`)
  return withoutBuild(getStorageLayout(concatRunData(run), version))
}

/** Numbers the compiler's type ids by appearance and drops line numbers: both change with every edit anywhere. */
function withoutBuild({ storage, types, namespaces = {} }: StorageLayout): StorageLayout {
  const numbers = new Map<string, number>()
  const text = JSON.stringify({ storage, types, namespaces })
    .replace(/(t_(?:struct|enum|contract|userDefinedValueType)\([^()]*\))(\d+)/g, (_, type: string, id: string) => {
      if (!numbers.has(id)) numbers.set(id, numbers.size + 1)
      return `${type}${numbers.get(id)}`
    })
    .replace(/("src":"[^"]*):\d+"/g, '$1"')
  return JSON.parse(text)
}
