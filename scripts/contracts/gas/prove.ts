import { randomBytes } from 'node:crypto'
import {
  challengedEntry,
  challengedLeaf,
  challengeIndex,
  concatBytes,
  type Epoch,
  encodeSamples,
  encodeStates,
  HASH_BYTES,
  LEAF_BYTES,
  LEAVES_PER_SECTOR,
  type Sample,
  SECTOR_DEPTH,
  type SignedState,
  sha256,
  signState,
  slotDepth,
  volumeDepth,
} from '@storgo/protocol'
import { bytesToHex, hexToBytes } from 'viem'
import { nextSeededEpoch } from '../../../test/contracts/fixtures/epochs.ts'
import { clientKey, type FullBooks, gasUsed, SECTORS } from './full-books.ts'

const K = 20
const N = 6
const PROVE_GAS = 10_000_000n
const MOST_TRIES = 200

/** Random bytes without a zero, which calldata charges least for. */
const nonZeroBytes = (length: number): Uint8Array => randomBytes(length).map((byte) => byte || 1)

/** A volume that has `leaf` at the drawn place: only the nodes that a path shows ever exist. */
function leafOfSomeVolume(slot: number, offset: number): { root: Uint8Array; proof: NonNullable<Sample['proof']> } {
  const depth = SECTOR_DEPTH + slotDepth(SECTORS) + volumeDepth(N)
  const { sectorIndex, leaf } = challengedLeaf(offset, SECTORS)
  let index =
    (((BigInt(slot) << BigInt(slotDepth(SECTORS))) | BigInt(sectorIndex)) << BigInt(SECTOR_DEPTH)) | BigInt(leaf)
  const proof = { leaf: nonZeroBytes(LEAF_BYTES), path: nonZeroBytes(depth * HASH_BYTES) }
  let root = sha256(proof.leaf)
  for (let at = 0; at < proof.path.length; at += HASH_BYTES) {
    const sibling = proof.path.subarray(at, at + HASH_BYTES)
    root = sha256(index & 1n ? concatBytes(sibling, root) : concatBytes(root, sibling))
    index >>= 1n
  }
  return { root, proof }
}

/** The slots that an epoch's seed draws, or undefined where two draws meet in one volume. */
async function drawDistinct({ storgo, provider }: FullBooks) {
  const { epoch, seed } = await nextSeededEpoch(storgo)
  const { operator } = provider
  const billed = await storgo.proofs.read.billedSectors([operator])
  const size = await storgo.proofs.read.bookSize([operator])
  const book = await storgo.proofs.read.book([operator, 0, size])
  const drawn = Array.from({ length: K }, (_, i) => {
    const index = challengeIndex(hexToBytes(seed), operator, epoch as Epoch, i, billed * LEAVES_PER_SECTOR)
    const { entry, offset } = challengedEntry(
      index,
      book.map(({ frozenSectors }) => frozenSectors),
    )
    const slot = book[entry]
    if (slot === undefined) throw new RangeError(`the book has no entry ${entry}`)
    return { volumeId: slot.volumeId, slot: slot.slot, offset }
  })
  const volumes = [...new Set(drawn.map(({ volumeId }) => volumeId))].sort((a, b) => (a < b ? -1 : 1))
  return volumes.length === K ? { epoch, drawn, volumes } : undefined
}

/** A proof over 1000 full slots of 16 GiB whose 20 samples fall on 20 clients. */
export async function proveOnce(books: FullBooks): Promise<bigint> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const draw = await drawDistinct(books)
    if (draw === undefined) continue
    const { storgo, provider } = books
    const domain = { chainId: storgo.chainId, verifyingContract: storgo.proofs.address }
    const states = new Map<bigint, SignedState>()
    const samples: Sample[] = []
    for (const { volumeId, slot, offset } of draw.drawn) {
      const { root, proof } = leafOfSomeVolume(slot, offset)
      const numbers = { volumeId, nonce: 1n, generation: 1, sectors: SECTORS, term: 1n }
      const state = { ...numbers, root, parent: new Uint8Array(HASH_BYTES), head: randomBytes(HASH_BYTES) }
      states.set(volumeId, signState(state, domain, hexToBytes(clientKey(volumeId))))
      samples.push({ stateIndex: draw.volumes.indexOf(volumeId), proof })
    }
    const signed = draw.volumes.flatMap((volumeId) => states.get(volumeId) ?? [])
    const args = [draw.epoch, bytesToHex(encodeStates(signed)), bytesToHex(encodeSamples(samples))] as const
    const options = { account: provider.wallet.account, gas: PROVE_GAS }
    return gasUsed(storgo, await storgo.proofs.write.prove(args, options))
  }
  throw new Error(`no seed in ${MOST_TRIES} epochs drew ${K} distinct volumes`)
}
