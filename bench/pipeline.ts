import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CHUNK_BYTES,
  concatBytes,
  ErasureCode,
  openChunk,
  SECTOR_BYTES,
  sealChunk,
  sectorRoot,
  sha256,
  slotRoot,
  volumeRoot,
} from '@storgo/protocol'
import { type Measurement, measure } from './measure.ts'

const K = 4
const M = 2

const slices = (bytes: Uint8Array, size: number): Uint8Array[] => {
  const out: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) out.push(bytes.subarray(at, at + size))
  return out
}

/** Data and parity sectors of every stripe, by slot: what leaves for the providers. */
function stripeSectors(log: Uint8Array, code: ErasureCode): Uint8Array[][] {
  const bySlot: Uint8Array[][] = Array.from({ length: K + M }, () => [])
  for (const stripe of slices(log, K * SECTOR_BYTES)) {
    const data = slices(stripe, SECTOR_BYTES)
    for (const [slot, sector] of [...data, ...code.encode(data)].entries()) bySlot[slot]?.push(sector.slice())
  }
  return bySlot
}

function volumeTree(bySlot: Uint8Array[][]): Uint8Array {
  const slotRoots = bySlot.map((sectors) => slotRoot(concatBytes(...sectors.map(sectorRoot))))
  return volumeRoot(concatBytes(...slotRoots), (bySlot[0] as Uint8Array[]).length)
}

/**
 * Every stage of storing, alone and in a row, against SHA-256 of the same bytes in the same run.
 *
 * @param input a whole number of stripes (multiples of 4 MiB).
 */
export async function measurePipeline(label: string, input: Uint8Array): Promise<Measurement[]> {
  const volumeKey = new Uint8Array(32).fill(7)
  const code = ErasureCode.create(K, M)
  const folder = mkdtempSync(join(tmpdir(), 'storgo-bench-'))
  const file = openSync(join(folder, 'sealed'), 'w')
  const chunks = slices(input, CHUNK_BYTES)
  const stripes = slices(input, K * SECTOR_BYTES).map((stripe) => slices(stripe, SECTOR_BYTES))
  const sealAll = async () => {
    const sealed = []
    for (const chunk of chunks) sealed.push(await sealChunk(volumeKey, chunk))
    return sealed
  }
  const sealedChunks = await sealAll()
  const write = (parts: Uint8Array[]): void => {
    let at = 0
    for (const part of parts) at += writeSync(file, part, 0, part.length, at)
    fdatasyncSync(file)
  }
  const sectors = stripeSectors(input, code)
  const run = (stage: string, work: () => unknown) =>
    measure(
      `${label}: ${stage}`,
      input.length,
      () => {
        for (const chunk of chunks) sha256(chunk)
      },
      work,
    )

  try {
    return [
      await run('SHA-256 (the measure)', () => {
        for (const chunk of chunks) sha256(chunk)
      }),
      await run('compress, seal, name', sealAll),
      await run('open (unseal, decompress, check)', async () => {
        for (const chunk of sealedChunks) await openChunk(chunk)
      }),
      await run('write and fdatasync', () => write(chunks)),
      await run('Reed–Solomon 4+2, encode', () => {
        for (const data of stripes) code.encode(data)
      }),
      await run('Reed–Solomon 4+2, rebuild 2', () => {
        for (const [stripe, data] of stripes.entries()) {
          code.reconstruct([undefined, undefined, data[2], data[3], sectors[4]?.[stripe], sectors[5]?.[stripe]], [0, 1])
        }
      }),
      await run('trees over 1.5 times the bytes', () => volumeTree(sectors)),
      await run('chunk, compress, seal, write', async () => write((await sealAll()).map(({ sealed }) => sealed))),
      await run('all of it: with 4+2 and all trees', async () => {
        const sealed = (await sealAll()).map((chunk) => chunk.sealed)
        const log = concatBytes(...sealed)
        const whole = log.subarray(0, Math.floor(log.length / (K * SECTOR_BYTES)) * K * SECTOR_BYTES)
        volumeTree(stripeSectors(whole, code))
        write(sealed)
      }),
    ]
  } finally {
    closeSync(file)
    rmSync(folder, { recursive: true })
  }
}
