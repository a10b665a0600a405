import type { FileSource } from '@storgo/sdk'
import { type ANetwork, aNetwork } from '../test/integration/volumes/a-network.ts'
import { peakMemory } from '../test/integration/volumes/peak-memory.ts'
import { runClient } from '../test/integration/volumes/run-client.ts'

const MIB = 1 << 20
const PAGE_FILES = 1_000

export type DurableMeasurement =
  | {
      what: 'large file'
      mebibytes: number
      /** 10^6 bytes a second of wall time. */
      putMegabytesPerSecond: number
      getMegabytesPerSecond: number
      /** Peak resident memory as the operating system counts it; the providers' over their whole life. */
      putMebibytes: number
      getMebibytes: number
      providersMebibytes: number[]
    }
  | SmallFiles
type SmallFiles = {
  what: 'small files'
  files: number
  filesPerSecond: number
  /** All pages of a thousand files, by a client that knows nothing. */
  listSeconds: number
  longestPageSeconds: number
}

/**
 * Stores and reads files on a network of real processes: each of `gibibytes` by clients in processes of their own, and many small
 * ones, which are then listed page by page by a client that knows nothing.
 */
export async function* measureDurable({
  gibibytes,
  files,
}: {
  gibibytes: readonly number[]
  files: number
}): AsyncGenerator<DurableMeasurement, void, undefined> {
  await using network = await aNetwork()
  yield await measureSmallFiles(network, files)
  for (const size of gibibytes) yield await measureLargeFile(network, Math.round(size * 1024))
}

async function open(network: ANetwork, sectors: number): Promise<bigint> {
  await using owner = await network.client()
  return (await owner.storgo.volumes.open({ sectors, epochs: 100 })).volumeId
}

const seconds = async <Result>(work: () => Promise<Result>): Promise<[number, Result]> => {
  const startedMs = performance.now()
  const result = await work()
  return [(performance.now() - startedMs) / 1_000, result]
}

async function measureLargeFile(network: ANetwork, mebibytes: number): Promise<DurableMeasurement> {
  const volumeId = await open(network, Math.ceil(mebibytes / 4) + 16)
  const bytes = mebibytes * MIB
  const path = 'large'
  const [putSeconds, put] = await seconds(() => runClient(network, { volumeId, put: { path, bytes } }))
  const [getSeconds, get] = await seconds(() => runClient(network, { volumeId, get: { path } }))
  const holders = await network.holdersOf(volumeId)
  const providers = await Promise.all(holders.map(({ child }) => peakMemory(child.pid)))
  return {
    what: 'large file',
    mebibytes,
    putMegabytesPerSecond: Math.round(bytes / putSeconds / 1e5) / 10,
    getMegabytesPerSecond: Math.round(bytes / getSeconds / 1e5) / 10,
    putMebibytes: Math.round((put?.maxRssBytes ?? Number.NaN) / MIB),
    getMebibytes: Math.round((get?.maxRssBytes ?? Number.NaN) / MIB),
    providersMebibytes: providers.map((peak) => Math.round(peak / MIB)),
  }
}

/** Stores so many files in one put to a new volume, and lists them. */
export async function measureSmallFiles(network: ANetwork, files: number): Promise<SmallFiles> {
  const volumeId = await open(network, Math.ceil(files / 1_000) + 16)
  const [putSeconds] = await seconds(async () => {
    await using writer = await network.client(volumeId)
    await writer.volume.put(Array.from({ length: files }, (_, i) => smallFile(i)))
  })
  await using reader = await network.client(volumeId)
  let longestPageSeconds = 0
  const [listSeconds, listed] = await seconds(async () => {
    let [count, after] = [0, '']
    for (;;) {
      const options = { limit: PAGE_FILES, ...(after !== '' && { after }) }
      const [pageSeconds, page] = await seconds(() => reader.volume.list(options))
      longestPageSeconds = Math.max(longestPageSeconds, pageSeconds)
      count += page.length
      const last = page.at(-1)
      if (last === undefined) return count
      after = last.path
    }
  })
  if (listed !== files) throw new Error(`${listed} of ${files} files were listed`)
  const filesPerSecond = Math.round(files / putSeconds)
  return { what: 'small files', files, filesPerSecond, listSeconds, longestPageSeconds }
}

/** Some hundred bytes that no other file has. */
function smallFile(index: number): FileSource {
  const bytes = Buffer.from(`file ${index} `.repeat(20))
  return {
    path: `folder-${index % 100}/${index}.txt`,
    size: bytes.length,
    modifiedMs: 1_700_000_000_000,
    mediaType: 'text/plain',
    async *open() {
      yield bytes
    },
  }
}
