import { existsSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readLocalNetwork } from '../local-network/find.ts'
import { nearestNetworkFolder } from '../local-network/nearest-folder.ts'
import type { LocalNetworkRecord } from '../local-network/record.ts'
import { checkDataFolder } from './check-data-folder.ts'
import { type Diagnosis, ill, well } from './diagnosis.ts'

const SUBJECT = 'local network'

/** The local network at or above the current folder, if there is one: whether its record is true, and its providers' folders. */
export async function checkLocalNetwork(cwd: string): Promise<Diagnosis[]> {
  const folder = nearestNetworkFolder(cwd)
  if (folder === undefined) return []
  const path = join(folder, 'network.json')
  const remove = () => rm(path, { force: true })
  let record: LocalNetworkRecord | undefined
  try {
    record = readLocalNetwork(folder)
  } catch (error) {
    return [ill(SUBJECT, error instanceof Error ? error.message : String(error), `rm ${path}`, remove)]
  }
  if (record !== undefined) {
    const providers = await Promise.all(record.providers.map(({ name, dataDir }) => checkDataFolder(name, dataDir)))
    return [well(SUBJECT, `runs in ${folder}`), ...providers.flat()]
  }
  if (existsSync(path)) {
    const state = `${path} says that one runs, but its process has ended`
    return [ill(SUBJECT, state, 'storgo doctor --fix', remove), ...(await leftOf(folder))]
  }
  return [well(SUBJECT, `none runs in ${folder}`), ...(await leftOf(folder))]
}

/** Of a network that was killed: providers' records of processes that are gone. Their data is no matter any more. */
async function leftOf(folder: string): Promise<Diagnosis[]> {
  const homes = [join(folder, 'providers'), join(folder, 'persistent', 'providers')].filter(existsSync)
  const folders = homes.flatMap((home) =>
    readdirSync(home, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [join(home, entry.name)] : [],
    ),
  )
  const left = await Promise.all(folders.map((dataDir) => checkDataFolder(dataDir.split('/').at(-1) ?? '', dataDir)))
  return left.flat().filter(({ ok }) => !ok)
}
