import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CHUNK_BYTES,
  concatBytes,
  ErasureCode,
  openChunk,
  SEALED_CHUNK_BYTES,
  SECTOR_BYTES,
  sealChunk,
  sectorRoot,
  sha256,
  slotRoot,
  volumeRoot,
} from '@storgo/protocol'
import { StripeFill } from '../sdk/src/volumes/stripe-fill.ts'
import { StripeMemory } from '../sdk/src/volumes/stripe-memory.ts'
import { type Measurement, measure } from './measure.ts'

const K = 4
const M = 2
const code = ErasureCode.create(K, M)
const volumeKey = new Uint8Array(32).fill(7)

const slices = (bytes: Uint8Array, size: number): Uint8Array[] => {
  const out: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) out.push(bytes.subarray(at, at + size))
  return out
}

/** Every stage works in memory of its own that is used again, as the pipeline's does. */
class Stages {
  readonly chunks: Uint8Array[]
  readonly #stripes: Uint8Array[][]
  readonly #room = new Uint8Array(SEALED_CHUNK_BYTES)
  readonly #parity = [0, 1].map(() => new Uint8Array(SECTOR_BYTES))
  readonly #file: number

  constructor(input: Uint8Array, file: number) {
    this.chunks = slices(input, CHUNK_BYTES)
    this.#stripes = slices(input, K * SECTOR_BYTES).map((stripe) => slices(stripe, SECTOR_BYTES))
    this.#file = file
  }

  hash(): void {
    for (const chunk of this.chunks) sha256(chunk)
  }

  async seal(use: (sealed: Uint8Array) => void = () => {}): Promise<void> {
    for (const chunk of this.chunks) use((await sealChunk(volumeKey, chunk, this.#room)).sealed)
  }

  encode(): void {
    for (const data of this.#stripes) code.encode(data, this.#parity)
  }

  rebuild(): void {
    for (const [, , c, d] of this.#stripes) code.reconstruct([undefined, undefined, c, d, ...this.#parity], [0, 1])
  }

  /** Half as many sectors again as there are, as if they were parity. */
  trees(): Uint8Array {
    const roots: Uint8Array[][] = Array.from({ length: K + M }, () => [])
    for (const data of this.#stripes) {
      for (const [slot, sector] of [...data, ...data.slice(0, M)].entries()) roots[slot]?.push(sectorRoot(sector))
    }
    return volumeRoot(concatBytes(...roots.map((own) => slotRoot(concatBytes(...own)))), this.#stripes.length)
  }

  async writeAll(parts: () => Promise<void> | void): Promise<void> {
    await parts()
    fdatasyncSync(this.#file)
  }

  writer(): (part: Uint8Array) => void {
    let at = 0
    return (part) => {
      at += writeSync(this.#file, part, 0, part.length, at)
    }
  }

  /** What a client does to a file before it sends it: the classes that the volume engine uses, and a file in place of slots. */
  async whole(): Promise<Uint8Array> {
    const write = this.writer()
    const memory = new StripeMemory(code)
    const roots: Uint8Array[][] = Array.from({ length: K + M }, () => [])
    let stripe = 0
    const next = () => new StripeFill({ code, stripe: stripe++, room: memory.take(), filled: 0, reused: false })
    let fill = next()
    const leave = () => {
      const encoded = fill.encode()
      for (const [slot, root] of encoded.roots.entries()) roots[slot]?.push(root)
      if (encoded.spare) memory.give(encoded.spare)
    }
    await this.writeAll(() =>
      this.seal((sealed) => {
        write(sealed)
        for (let at = 0; at < sealed.length; ) {
          at += fill.append(sealed.subarray(at))
          if (!fill.isFull) continue
          leave()
          fill = next()
        }
      }),
    )
    leave()
    return volumeRoot(concatBytes(...roots.map((own) => slotRoot(concatBytes(...own)))), stripe)
  }
}

/**
 * Every stage of storing, alone and in a row, against SHA-256 of the same bytes in the same run.
 *
 * @param input a whole number of stripes (multiples of 4 MiB).
 */
export async function* measurePipeline(label: string, input: Uint8Array): AsyncGenerator<Measurement, void, undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'storgo-bench-'))
  const file = openSync(join(folder, 'sealed'), 'w')
  const stages = new Stages(input, file)
  const sealedChunks = await Array.fromAsync(stages.chunks, (chunk) => sealChunk(volumeKey, chunk))
  const run = (stage: string, work: () => unknown) =>
    measure(`${label}: ${stage}`, input.length, () => stages.hash(), work)
  try {
    yield await run('SHA-256 (the measure)', () => stages.hash())
    yield await run('compress, seal, name', () => stages.seal())
    yield await run('open (unseal, decompress, check)', async () => {
      for (const chunk of sealedChunks) await openChunk(chunk)
    })
    yield await run('write and fdatasync', () => stages.writeAll(() => stages.chunks.forEach(stages.writer())))
    yield await run('Reed–Solomon 4+2, encode', () => stages.encode())
    yield await run('Reed–Solomon 4+2, rebuild 2', () => stages.rebuild())
    yield await run('trees over 1.5 times the bytes', () => stages.trees())
    yield await run('chunk, compress, seal, write', () => stages.writeAll(() => stages.seal(stages.writer())))
    yield await run('all of it: with 4+2 and all trees', () => stages.whole())
  } finally {
    closeSync(file)
    rmSync(folder, { recursive: true })
  }
}
