// Holds what this package exports, and the slow references, to protocol/vectors. Solidity reads the same files.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { type Address, bytesToHex, type Hex, hexToBytes, stringToBytes } from 'viem'
import { sha256 } from '#platform'
import { concatBytes } from './bytes.ts'
import { coefficientSlowly, encodeSlowly } from './erasure/erasure-code.reference.ts'
import { ErasureCode } from './erasure/erasure-code.ts'
import { chunkKey, deriveHeadKey, deriveSessionKey, deriveVolumeKey } from './keys/derive-keys.ts'
import { unwrapMasterKey } from './keys/master-key.ts'
import { challengedEntry, challengedLeaf, challengeIndex, seedFromMixHash } from './proof/challenge.ts'
import { encodeSamples, encodeStates } from './proof/encode-proof.ts'
import { openChunk } from './sealing/chunk.ts'
import { verifyCertificate } from './state/certificate.ts'
import { recoverHelloSigner } from './state/hello.ts'
import { penPromiseDigest, recoverPenPromiseSigner } from './state/pen-promise.ts'
import { recoverReceiptSigner } from './state/receipt.ts'
import { recoverReleaseSigner, releaseDigest } from './state/release.ts'
import { linkHash, recoverStateSigner, type State, stateDigest } from './state/state.ts'
import { sectorRoot, slotRoot, volumeRoot } from './tree/roots.ts'
import { sectorRootSlowly, slotRootSlowly, volumeRootSlowly, zeroSlowly } from './tree/tree.reference.ts'
import { verifyPath } from './tree/verify-path.ts'
import { zeroRoot } from './tree/zero-root.ts'
import { type Epoch, SECTOR_BYTES } from './units.ts'

async function read<Vectors>(name: string): Promise<Vectors> {
  return JSON.parse(await readFile(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'))
}
const bytes = (hex: Hex) => hexToBytes(hex)
const hexes = (arrays: readonly Uint8Array[]) => arrays.map((array) => bytesToHex(array))

/** The stream that the files describe. */
function stream(label: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    sha256(concatBytes(stringToBytes(label), Uint8Array.of(0, i >> 16, i >> 8, i))),
  )
  return concatBytes(...blocks).subarray(0, length)
}

type PlaceVector = { n: number; sectors: number; slot: number; sectorIndex: number; firstLeaf: number }
type TreeVectors = {
  zeroRoots: Hex[]
  sectors: { label: string; bytes: number; root: Hex }[]
  slots: { sectorRoots: Hex[]; root: Hex }[]
  volumes: { sectors: number; slotRoots: Hex[]; root: Hex }[]
  paths: (PlaceVector & { sector: string; leaves?: Hex; path: Hex; root: Hex })[]
}

test('trees.json', async () => {
  const { zeroRoots, sectors, slots, volumes, paths } = await read<TreeVectors>('trees')
  for (const [depth, root] of zeroRoots.entries()) {
    assert.equal(bytesToHex(zeroRoot(depth)), root)
    assert.equal(bytesToHex(zeroSlowly(depth)), root)
  }
  for (const { label, bytes: length, root } of sectors) {
    assert.equal(bytesToHex(sectorRoot(stream(label, length))), root)
    assert.equal(bytesToHex(sectorRootSlowly(stream(label, length))), root)
  }
  for (const { sectorRoots, root } of slots) {
    assert.equal(bytesToHex(slotRoot(concatBytes(...sectorRoots.map(bytes)))), root)
    assert.equal(bytesToHex(slotRootSlowly(sectorRoots.map(bytes))), root)
  }
  for (const { sectors: count, slotRoots, root } of volumes) {
    assert.equal(bytesToHex(volumeRoot(concatBytes(...slotRoots.map(bytes)), count)), root)
    assert.equal(bytesToHex(volumeRootSlowly(slotRoots.map(bytes), count)), root)
  }
  for (const { sector, leaves, path, root, ...place } of paths) {
    const shown = leaves === undefined ? stream(sector, SECTOR_BYTES) : bytes(leaves)
    assert.ok(verifyPath({ ...place, bytes: shown, path: bytes(path), root: bytes(root) }))
  }
})

type StateVector = Record<'volumeId' | 'nonce' | 'term', string> &
  Record<'generation' | 'sectors', number> &
  Record<'root' | 'parent' | 'head' | 'link' | 'signature', Hex>
type ReceiptVector = { state: Hex; slot: number; epoch: Epoch; term: string; signature: Hex }
type StateVectors = {
  domain: { chainId: number; verifyingContract: Address }
  sessionKey: { address: Address }
  operators: { address: Address }[]
  states: (StateVector & { digest: Hex })[]
  receipts: ReceiptVector[]
  certificate: { state: number; k: number; m: number; receipts: number[] }
  promise: Record<'volumeId' | 'term' | 'certified' | 'latestTerm', string> & {
    slot: number
    latest: Hex
    digest: Hex
    signature: Hex
  }
  release: Record<'volumeId' | 'nonce', string> & { digest: Hex; signature: Hex; signer: Address }
  hello: { account: Address; from: Hex; to: Hex; issuedAt: string; signature: Hex }
}

function signedOf({ volumeId, nonce, term, generation, sectors, root, parent, head, signature }: StateVector) {
  const numbers = { volumeId: BigInt(volumeId), nonce: BigInt(nonce), term: BigInt(term), generation, sectors }
  const state: State = { ...numbers, root: bytes(root), parent: bytes(parent), head: bytes(head) }
  return { state, signature: bytes(signature) }
}

test('states.json', async () => {
  const vectors = await read<StateVectors>('states')
  const { domain, sessionKey, operators, states, receipts, certificate, promise, release, hello } = vectors
  for (const vector of states) {
    const signed = signedOf(vector)
    assert.equal(bytesToHex(linkHash(signed.state)), vector.link)
    assert.equal(bytesToHex(stateDigest(signed.state, domain)), vector.digest)
    assert.equal(recoverStateSigner(signed, domain), sessionKey.address)
  }
  const parsed = receipts.map(({ term, signature, ...rest }) => ({
    ...rest,
    term: BigInt(term),
    signature: bytes(signature),
  }))
  for (const [i, receipt] of parsed.entries()) {
    assert.equal(recoverReceiptSigner(bytes(receipts[i]!.state), receipt, domain), operators[receipt.slot]!.address)
  }
  const addresses = operators.map(({ address }) => address)
  verifyCertificate(
    { signed: signedOf(states[certificate.state]!), receipts: certificate.receipts.map((slot) => parsed[slot]!) },
    { ...certificate, domain, operators: addresses, formers: [], sessionKey: sessionKey.address },
  )
  const { volumeId, term, certified, latestTerm } = promise
  const claimed = {
    volumeId: BigInt(volumeId),
    slot: promise.slot,
    term: BigInt(term),
    certified: BigInt(certified),
    latest: bytes(promise.latest),
    latestTerm: BigInt(latestTerm),
    signature: bytes(promise.signature),
  }
  assert.equal(bytesToHex(penPromiseDigest(claimed, domain)), promise.digest)
  const promisedBy = recoverPenPromiseSigner(claimed.volumeId, claimed, domain)
  assert.equal(promisedBy, operators[promise.slot]!.address)
  const released = { volumeId: BigInt(release.volumeId), nonce: BigInt(release.nonce) }
  assert.equal(bytesToHex(releaseDigest(released, domain)), release.digest)
  assert.equal(recoverReleaseSigner(released, bytes(release.signature), domain), release.signer)
  const claim = { ...hello, from: bytes(hello.from), to: bytes(hello.to), issuedAt: BigInt(hello.issuedAt) }
  assert.equal(recoverHelloSigner(claim, bytes(hello.signature), domain), hello.account)
})

type KeyVectors = {
  masterKey: Hex
  chainId: number
  volumeId: string
  volumeKey: Hex
  headKey: Hex
  sessionKeys: { generation: number; privateKey: Hex; address: Address }[]
  chunkKey: { encoded: Hex; key: Hex }
  envelope: { walletSignature: Hex; kind: 0; salt: Hex; nonce: Hex; sealed: Hex }
}

test('keys.json', async () => {
  const vectors = await read<KeyVectors>('keys')
  const [masterKey, volumeKey] = [bytes(vectors.masterKey), bytes(vectors.volumeKey)]
  assert.deepEqual(deriveVolumeKey(masterKey, vectors.chainId, BigInt(vectors.volumeId)), volumeKey)
  assert.equal(bytesToHex(deriveHeadKey(volumeKey)), vectors.headKey)
  for (const { generation, privateKey, address } of vectors.sessionKeys) {
    assert.deepEqual(deriveSessionKey(masterKey, vectors.chainId, generation), {
      privateKey: bytes(privateKey),
      address,
    })
  }
  assert.equal(bytesToHex(await chunkKey(volumeKey, bytes(vectors.chunkKey.encoded))), vectors.chunkKey.key)
  const { kind, salt, nonce, sealed, walletSignature } = vectors.envelope
  const envelope = { kind, salt: bytes(salt), nonce: bytes(nonce), sealed: bytes(sealed) }
  assert.deepEqual(await unwrapMasterKey(envelope, walletSignature), masterKey)
})

type ChunkVector = { label: string; repeat: number; codec: number; plainBytes: number } & Record<
  'key' | 'digest' | 'sealed',
  Hex
>

test('sealing.json', async () => {
  const { chunks } = await read<{ chunks: ChunkVector[] }>('sealing')
  for (const { label, repeat, codec, plainBytes, key, digest, sealed } of chunks) {
    const part = stream(label, plainBytes / repeat)
    const plain = await openChunk({ codec, plainBytes, key: bytes(key), digest: bytes(digest), sealed: bytes(sealed) })
    assert.deepEqual(plain, concatBytes(...Array.from({ length: repeat }, () => part)))
  }
})

type CodeVector = { k: number; m: number } & Record<'coefficients' | 'parity' | 'patches', Hex[]>

test('erasure.json', async () => {
  const { codes } = await read<{ codes: CodeVector[] }>('erasure')
  for (const { k, m, coefficients, parity, patches } of codes) {
    const data = Array.from({ length: k }, (_, j) => stream(`data ${j}`, 40))
    const rows = Array.from({ length: m }, (_, i) =>
      Uint8Array.from({ length: k }, (_, j) => coefficientSlowly(k, i, j)),
    )
    assert.deepEqual(hexes(rows), coefficients)
    assert.deepEqual(hexes(encodeSlowly(data, m)), parity)
    assert.deepEqual(hexes(ErasureCode.create(k, m).encode(data)), parity)
    assert.deepEqual(hexes(ErasureCode.create(k, m).parityPatches(0, data[0]!)), patches)
  }
})

type SampleVector = Record<'i' | 'index' | 'entry' | 'slot' | 'offset' | 'stateIndex', number> &
  Partial<Record<'sectorIndex' | 'leafIndex', number> & Record<'leaf' | 'path', Hex>>
type ProofVectors = {
  domain: StateVectors['domain']
  seeds: { mixHash: Hex; chainId: number; epoch: Epoch; seed: Hex }[]
  challenges: { seed: Hex; provider: Address; epoch: Epoch; i: number; billedLeaves: number; index: number }[]
  prove: {
    epoch: Epoch
    provider: Address
    seed: Hex
    sessionKey: Address
    book: { n: number; billedSectors: number }[]
    states: StateVector[]
    samples: SampleVector[]
    encodedStates: Hex
    encodedSamples: Hex
  }
}

test('proofs.json', async () => {
  const { domain, seeds, challenges, prove } = await read<ProofVectors>('proofs')
  for (const { mixHash, chainId, epoch, seed } of seeds) {
    assert.equal(bytesToHex(seedFromMixHash(bytes(mixHash), chainId, epoch)), seed)
  }
  for (const { seed, provider, epoch, i, billedLeaves, index } of challenges) {
    assert.equal(challengeIndex(bytes(seed), provider, epoch, i, billedLeaves), index)
  }

  const states = prove.states.map(signedOf)
  for (const signed of states) assert.equal(recoverStateSigner(signed, domain), prove.sessionKey)
  const billed = prove.book.map(({ billedSectors }) => billedSectors)
  const leaves = billed.reduce((sum, sectors) => sum + sectors, 0) * 16_384
  const samples = prove.samples.map(
    ({ i, index, entry, slot, offset, stateIndex, leaf, path, sectorIndex, leafIndex }) => {
      assert.equal(challengeIndex(bytes(prove.seed), prove.provider, prove.epoch, i, leaves), index)
      assert.deepEqual(challengedEntry(index, billed), { entry, offset })
      if (leaf === undefined || path === undefined) return { stateIndex, proof: undefined }
      const { sectors, root } = states[stateIndex]!.state
      assert.deepEqual(challengedLeaf(offset, sectors), { sectorIndex, leaf: leafIndex })
      const place = { root, sectors, n: prove.book[entry]!.n, slot, sectorIndex: sectorIndex!, firstLeaf: leafIndex! }
      assert.ok(verifyPath({ ...place, bytes: bytes(leaf), path: bytes(path) }))
      return { stateIndex, proof: { leaf: bytes(leaf), path: bytes(path) } }
    },
  )
  assert.equal(bytesToHex(encodeStates(states)), prove.encodedStates)
  assert.equal(bytesToHex(encodeSamples(samples)), prove.encodedSamples)
})
