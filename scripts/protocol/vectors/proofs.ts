import {
  addressOf,
  challengedEntry,
  challengedLeaf,
  challengeIndex,
  deriveSessionKey,
  EMPTY_STATE_INDEX,
  type Epoch,
  encodeSamples,
  encodeStates,
  LEAF_BYTES,
  LEAVES_PER_SECTOR,
  linkHash,
  provePath,
  type Sample,
  SECTOR_BYTES,
  type SignedState,
  sectorRoot,
  seedFromMixHash,
  signState,
  slotRoot,
  volumeRoot,
} from '@storgo/protocol'
import { aState, DOMAIN, EPOCH, MASTER_KEY, PROVIDER_KEYS, STREAM, stream, streamHashes } from './material.ts'

const SAMPLES = 20
const PROVIDER = addressOf(PROVIDER_KEYS[0] as Uint8Array)
const SEED = seedFromMixHash(stream('mixHash', 32), DOMAIN.chainId, EPOCH)

/** One slot of the provider's book. `used` sectors of it are in the signed state; `undefined` where there is no state. */
type Entry = { volumeId: bigint; slot: number; n: number; billedSectors: number; used: number | undefined }

/** In position order, which is not the order of the volumes. */
const BOOK: Entry[] = [
  { volumeId: 9n, slot: 5, n: 6, billedSectors: 4, used: 3 },
  { volumeId: 2n, slot: 0, n: 1, billedSectors: 1, used: 1 },
  { volumeId: 5n, slot: 1, n: 3, billedSectors: 2, used: undefined },
  { volumeId: 7n, slot: 13, n: 14, billedSectors: 5, used: 5 },
  { volumeId: 3n, slot: 2, n: 6, billedSectors: 2, used: 0 },
]

/** Seeds, challenges and the whole calldata of one `prove`: sections 12 and 13. */
export function proofVectors() {
  return {
    description: `docs/protocol/types.md, sections 12 and 13. ${STREAM}. Sector i of volume v is stream("sector v/i", 2^20).`,
    domain: DOMAIN,
    seeds: [
      { mixHash: stream('mixHash', 32), chainId: 31337, epoch: EPOCH },
      { mixHash: new Uint8Array(32), chainId: 1, epoch: 0 as Epoch },
      { mixHash: new Uint8Array(32).fill(0xff), chainId: 2 ** 40, epoch: (2 ** 32 - 1) as Epoch },
    ].map((input) => ({ ...input, seed: seedFromMixHash(input.mixHash, input.chainId, input.epoch) })),
    challenges: [1, LEAVES_PER_SECTOR, 14 * LEAVES_PER_SECTOR, (2 ** 28 - 1) * LEAVES_PER_SECTOR].flatMap(
      (billedLeaves) =>
        [0, 1, 255, 256].map((i) => ({
          seed: SEED,
          provider: PROVIDER,
          epoch: EPOCH,
          i,
          billedLeaves,
          index: challengeIndex(SEED, PROVIDER, EPOCH, i, billedLeaves),
        })),
    ),
    prove: proveVector(),
  }
}

function proveVector() {
  const session = deriveSessionKey(MASTER_KEY, DOMAIN.chainId, 1)
  const volumes = BOOK.map(aVolume)
  const states = volumes
    .map(({ signed }) => signed)
    .filter((signed) => signed !== undefined)
    .sort((a, b) => Number(a.state.volumeId - b.state.volumeId))
  const draws = Array.from({ length: SAMPLES }, (_, i) => drawSample(i, volumes, states))
  return {
    epoch: EPOCH,
    provider: PROVIDER,
    seed: SEED,
    sessionKey: session.address,
    book: BOOK,
    states: states.map(({ state, signature }) => ({ ...state, link: linkHash(state), signature })),
    samples: draws.map(({ details }) => details),
    encodedStates: encodeStates(states),
    encodedSamples: encodeSamples(draws.map(({ sample }) => sample)),
  }
}

type Volume = { signed: SignedState | undefined; sectors: Uint8Array[]; sectorRoots: Uint8Array; slotRoots: Uint8Array }

/** The provider's slot of a volume with its real sectors; of the other slots only the roots are known. */
function aVolume({ volumeId, slot, n, used }: Entry): Volume {
  const { privateKey } = deriveSessionKey(MASTER_KEY, DOMAIN.chainId, 1)
  const sectors = Array.from({ length: used ?? 0 }, (_, i) => stream(`sector ${volumeId}/${i}`, SECTOR_BYTES))
  const sectorRoots = new Uint8Array(sectors.length * 32)
  for (const [i, sector] of sectors.entries()) sectorRoots.set(sectorRoot(sector), i * 32)
  const slotRoots = streamHashes(`slot roots ${volumeId}`, n)
  slotRoots.set(slotRoot(sectorRoots), slot * 32)
  if (used === undefined) return { signed: undefined, sectors, sectorRoots, slotRoots }
  const state = aState({ volumeId, sectors: used, root: volumeRoot(slotRoots, used) })
  return { signed: signState(state, DOMAIN, privateKey), sectors, sectorRoots, slotRoots }
}

function drawSample(i: number, volumes: readonly Volume[], states: readonly SignedState[]) {
  const billed = BOOK.map(({ billedSectors }) => billedSectors)
  const billedLeaves = billed.reduce((sum, sectors) => sum + sectors, 0) * LEAVES_PER_SECTOR
  const index = challengeIndex(SEED, PROVIDER, EPOCH, i, billedLeaves)
  const { entry, offset } = challengedEntry(index, billed)
  const { slot, volumeId } = BOOK[entry] as Entry
  const { signed, sectors, sectorRoots, slotRoots } = volumes[entry] as Volume
  const stateIndex = signed === undefined ? EMPTY_STATE_INDEX : states.indexOf(signed)
  if (sectors.length === 0) {
    const sample: Sample = { stateIndex, proof: undefined }
    return { sample, details: { i, index, entry, volumeId, slot, offset, stateIndex } }
  }
  const { sectorIndex, leaf } = challengedLeaf(offset, sectors.length)
  const sector = sectors[sectorIndex] as Uint8Array
  const bytes = sector.slice(leaf * LEAF_BYTES, (leaf + 1) * LEAF_BYTES)
  const path = provePath({ sector, sectorRoots, slotRoots, slot, sectorIndex, firstLeaf: leaf, lastLeaf: leaf })
  const details = {
    i,
    index,
    entry,
    volumeId,
    slot,
    offset,
    stateIndex,
    sectorIndex,
    leafIndex: leaf,
    leaf: bytes,
    path,
  }
  return { sample: { stateIndex, proof: { leaf: bytes, path } }, details }
}
