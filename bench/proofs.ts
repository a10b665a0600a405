import { createHash, hash } from 'node:crypto'
import { type Epoch, LEAVES_PER_SECTOR, provePath, sectorRoot, verifyPath, volumeRoot } from '@storgo/protocol'
import { buildProof } from '../node/src/prover/build-proof.ts'
import { ABook } from '../node/src/prover/fixtures/a-book.ts'
import { aSector } from '../node/src/store/fixtures/a-sector.ts'
import { compareCost } from './measure.ts'

const SAMPLES = 20
const SECTORS = 48
const OPERATOR = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const sha256 = (bytes: Uint8Array) => hash('sha256', bytes, 'buffer')

export type ProofMeasurement = { what: string; cpuMilliseconds: number; against: string; timesThat: number }

/** The root of a sector by Node's own hash, node by node: what a program without a pair hasher does. */
function rootNodeByNode(sector: Uint8Array): Uint8Array {
  let nodes: Uint8Array[] = Array.from({ length: LEAVES_PER_SECTOR }, (_, i) =>
    sha256(sector.subarray(i * 64, i * 64 + 64)),
  )
  while (nodes.length > 1) {
    nodes = Array.from({ length: nodes.length / 2 }, (_, i) =>
      createHash('sha256')
        .update(nodes[2 * i] as Uint8Array)
        .update(nodes[2 * i + 1] as Uint8Array)
        .digest(),
    )
  }
  return nodes[0] as Uint8Array
}

/** Trees, paths and a provider's whole proof of one epoch, each against a plain way to do the same work. */
export async function* measureProofs(): AsyncGenerator<ProofMeasurement, void, undefined> {
  const sector = aSector(1)
  const root = sectorRoot(sector)
  const slotRoots = root
  const proving = { sector, sectorRoots: root, slotRoots, slot: 0, sectorIndex: 0, firstLeaf: 77, lastLeaf: 77 }
  const path = provePath(proving)
  const claim = {
    ...{ root: volumeRoot(slotRoots, 1), sectors: 1, n: 1, slot: 0, sectorIndex: 0, firstLeaf: 77 },
    ...{ bytes: sector.subarray(77 * 64, 78 * 64), path },
  }
  if (!verifyPath(claim) || !Buffer.from(rootNodeByNode(sector)).equals(root)) throw new Error('the trees differ')
  yield* compare(
    'root of one sector',
    'node by node',
    () => rootNodeByNode(sector),
    () => sectorRoot(sector),
    5,
  )
  yield* compare(
    'path of one leaf',
    'its SHA-256',
    () => sha256(sector),
    () => provePath(proving),
    20,
  )
  const pair = new Uint8Array(64)
  const hashes = () => {
    for (let level = 0; level <= 14; level++) sha256(pair)
  }
  yield* compare('verifying one leaf', '15 hashes', hashes, () => verifyPath(claim), 2000)

  await using book = await ABook.open([{ volumeId: 1n, slot: 0, billed: SECTORS, used: SECTORS }])
  const task = { operator: OPERATOR, seed: new Uint8Array(28), sampleCount: SAMPLES, book: book.entries } as const
  let epoch = 0
  const prove = async () => {
    const proof = await buildProof(book.store, { ...task, epoch: epoch++ as Epoch })
    if ('lost' in proof) throw new Error('a sample is lost')
  }
  const hashAll = () => {
    for (let i = 0; i < SAMPLES; i++) sha256(sector)
  }
  yield* compare(`an epoch's proof, ${SAMPLES} samples`, `SHA-256 of ${SAMPLES} sectors`, hashAll, prove, 1)
}

async function* compare(
  what: string,
  against: string,
  baseline: () => unknown,
  work: () => unknown,
  times: number,
): AsyncGenerator<ProofMeasurement, void, undefined> {
  const repeat = (one: () => unknown) => async () => {
    for (let i = 0; i < times; i++) await one()
  }
  const { cpuMicroseconds, timesBaseline } = await compareCost(repeat(baseline), repeat(work), 9)
  yield { what, cpuMilliseconds: Math.round(cpuMicroseconds / times) / 1_000, against, timesThat: timesBaseline }
}
