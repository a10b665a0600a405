import { closeSync, fdatasyncSync, openSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import {
  chunks,
  ErasureCode,
  ManifestWriter,
  SEALED_CHUNK_BYTES,
  type SealedManifestNode,
  sealChunk,
} from '@storgo/protocol'
import { readLocalFile } from '../cli/src/transfer/read-local-file.ts'
import { StripeFill } from '../sdk/src/volumes/stripe-fill.ts'
import { StripeMemory } from '../sdk/src/volumes/stripe-memory.ts'

/**
 * A process of its own that does to a file what a client does before it sends it, and writes it to disk instead: `chunks`
 * writes the sealed chunks, each once, and the manifest; `stripes` codes them 4+2, computes the roots of all sectors and writes these.
 */
const [way, path, folder] = process.argv.slice(2)
if ((way !== 'chunks' && way !== 'stripes') || path === undefined || folder === undefined) {
  throw new Error('store-locally.ts chunks|stripes FILE FOLDER')
}
const code = ErasureCode.create(4, 2)
const files = Array.from({ length: way === 'chunks' ? 1 : code.k + code.m }, (_, i) =>
  openSync(join(folder, `${i}`), 'w'),
)
const write = (file: number | undefined, bytes: Uint8Array): void => {
  if (file === undefined || writeSync(file, bytes) !== bytes.length) throw new Error('a write was cut short')
}

const memory = new StripeMemory(code)
let stripe = 0
const nextStripe = () => new StripeFill({ code, stripe: stripe++, room: memory.take(), filled: 0, reused: false })
let fill = nextStripe()
const roots: Uint8Array[][] = []
const leave = (): void => {
  const { changes, roots: own, spare } = fill.encode()
  roots.push(own)
  for (const [slot, patches] of changes.entries()) for (const { bytes } of patches) write(files[slot], bytes)
  if (spare) memory.give(spare)
  fill = nextStripe()
}
const append = (sealed: Uint8Array): void => {
  if (way === 'chunks') {
    write(files[0], sealed)
    return
  }
  for (let at = 0; at < sealed.length; ) {
    at += fill.append(sealed.subarray(at))
    if (fill.isFull) leave()
  }
}

const volumeKey = new Uint8Array(32).fill(7)
const room = new Uint8Array(SEALED_CHUNK_BYTES)
const known = new Set<string>()
const keep = ({ digest, sealed }: SealedManifestNode): void => {
  const name = Buffer.from(digest).toString('latin1')
  if (known.has(name)) return
  known.add(name)
  append(sealed)
}
const manifest = new ManifestWriter({ volumeKey, store: async (node) => keep(node) })
for await (const plain of chunks(readLocalFile(path, statSync(path).size))) {
  const chunk = await sealChunk(volumeKey, plain, room)
  keep(chunk)
  await manifest.add({ ...chunk, sealedBytes: chunk.sealed.length })
}
keep(await manifest.finish({ mediaType: '', modifiedMs: 0 }))
if (fill.isUnsent) leave()
for (const file of files) {
  fdatasyncSync(file)
  closeSync(file)
}
