import { mkdtempSync, rmSync } from 'node:fs'
import { open, readFile, rename, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SECTOR_BYTES, sha256 } from '@storgo/protocol'
import { openSlotStore } from '../node/src/store/open-slot-store.ts'
import { randomBytes } from './inputs.ts'
import { compareCost } from './measure.ts'

/** Sectors that are written before one sync, as between two states of a client. */
const SECTORS_A_SYNC = 16

export type StoreMeasurement = {
  way: string
  megabytesPerCpuSecond: number
  /** CPU time as a multiple of SHA-256 over the same bytes. */
  timesSha256: number
}

/**
 * Writes sectors durably and reads them back: a provider's store, which encrypts each and checks its root; one plain file;
 * and one file a sector, made whole by renaming.
 */
export async function* measureStore(mebibytes: number): AsyncGenerator<StoreMeasurement, void, undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'storgo-store-'))
  const bytes = randomBytes(mebibytes << 20)
  const sectors = Array.from({ length: mebibytes }, (_, i) => bytes.subarray(i * SECTOR_BYTES, (i + 1) * SECTOR_BYTES))
  const hash = () => {
    for (const sector of sectors) sha256(sector)
  }
  const run = async (way: string, work: () => unknown): Promise<StoreMeasurement> => {
    const { cpuMicroseconds, timesBaseline } = await compareCost(hash, work, 5)
    return { way, megabytesPerCpuSecond: Math.round(bytes.length / cpuMicroseconds), timesSha256: timesBaseline }
  }
  await using store = await openSlotStore({
    ...{ dataDir: join(folder, 'store'), capacity: 2 * mebibytes, binding: 'bench', retentionEpochs: () => 4 },
  })
  await using file = await open(join(folder, 'plain'), 'w+')
  const stageAll = () => Promise.all(sectors.map((sector) => store.stage(sector.slice())))
  const name = (i: number) => join(folder, `sector-${i}`)
  try {
    yield await run('one plain file, fdatasync every 16 MiB: write', async () => {
      for (const [i, sector] of sectors.entries()) {
        await file.write(sector, 0, SECTOR_BYTES, i * SECTOR_BYTES)
        if (i % SECTORS_A_SYNC === SECTORS_A_SYNC - 1) await file.datasync()
      }
    })
    yield await run('a file for each sector, fdatasync and rename: write', async () => {
      for (const [i, sector] of sectors.entries()) {
        await using one = await open(`${name(i)}.new`, 'w')
        await one.write(sector)
        await one.datasync()
        await rename(`${name(i)}.new`, name(i))
      }
    })
    yield await run("a provider's store, with encryption and roots: write", async () => {
      store.unstage(await stageAll())
    })
    const staged = await stageAll()
    const room = new Uint8Array(SECTOR_BYTES)
    yield await run('one plain file: read', async () => {
      for (const i of sectors.keys()) await file.read(room, 0, SECTOR_BYTES, i * SECTOR_BYTES)
    })
    yield await run('a file for each sector: read', async () => {
      for (const i of sectors.keys()) await readFile(name(i))
    })
    yield await run("a provider's store, decrypted and checked: read", async () => {
      for (const cell of staged) await store.readStaged(cell)
    })
    store.unstage(staged)
    for (const i of sectors.keys()) await unlink(name(i))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
