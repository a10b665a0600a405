import { rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive } from '../local-network/find.ts'
import { readNodeRecord } from '../local-network/node-record.ts'
import { formatBytes } from '../quantities.ts'
import { checkPrivate } from './check-private.ts'
import { type Diagnosis, ill, well } from './diagnosis.ts'

/** Below this nothing can be stored, and soon nothing be written down. */
const LEAST_FREE_BYTES = 256 * 2 ** 20

/** A provider's data folder: whose it is, how much room its disk has, and whether what says that a provider runs there is true. */
export async function checkDataFolder(name: string, dataDir: string): Promise<Diagnosis[]> {
  const folder = await checkPrivate(`${name} data`, dataDir, `mkdir -m 700 ${dataDir}`)
  if (!folder.ok) return [folder]
  return [await checkRoom(folder, dataDir), await checkRecord(name, dataDir)]
}

async function checkRoom(folder: Diagnosis, dataDir: string): Promise<Diagnosis> {
  const { bavail, bsize } = await statfs(dataDir)
  const free = bavail * bsize
  if (free < LEAST_FREE_BYTES)
    return ill(folder.subject, `the disk of ${dataDir} has ${formatBytes(free)} left`, `df -h ${dataDir}`)
  return well(folder.subject, `${dataDir}, ${formatBytes(free)} free`)
}

async function checkRecord(name: string, dataDir: string): Promise<Diagnosis> {
  const subject = `${name} process`
  const path = join(dataDir, 'node.json')
  const remove = () => rm(path, { force: true })
  const record = await readNodeRecord(dataDir).catch((error: Error) => error)
  if (record === undefined) return well(subject, 'none runs')
  if (record instanceof Error) return ill(subject, record.message, `rm ${path}`, remove)
  const { pid } = record
  if (isAlive(pid)) return well(subject, `process ${pid} runs`)
  return ill(subject, `${path} names process ${pid}, which has ended`, 'storgo doctor --fix', remove)
}
