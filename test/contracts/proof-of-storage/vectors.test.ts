// protocol/vectors, which TypeScript runs too, put to the contract
// ├── proofs.json: seeds, challenges, and the whole proof, at its address, epoch, seed, book and session key
// ├── states.json: every signed state is accepted as its session key's, and not with a bit altered
// ├── states.json: the certificate raises floors, as TypeScript encodes it, and not with a bit altered
// └── trees.json: every path of one leaf leads to its root
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import {
  challengeIndex,
  EMPTY_STATE_INDEX,
  type Epoch,
  LEAVES_PER_SECTOR,
  type SignedState,
  type SigningDomain,
  signState,
} from '@storgo/protocol'
import { type Address, concat, getAddress, type Hex, hexToBytes, numberToHex, size, sliceHex } from 'viem'
import { SESSION_ADDRESS, SESSION_KEY } from '../fixtures/volumes.ts'
import { placedAt } from './fixtures/a-book.ts'
import { flip } from './fixtures/alter.ts'
import { EMPTY_PROOF, encodeProof, PROVE_GAS } from './fixtures/proof.ts'
import { type VectorChain, vectorChain } from './fixtures/vector-chain.ts'
import { readVectors, type StateVector } from './fixtures/vector-files.ts'
import { vectorMarket } from './fixtures/vector-market.ts'

const PROVE = { gas: PROVE_GAS }
const OPERATOR: Address = '0x00000000000000000000000000000000000b0045'
let chain: VectorChain
let start: Awaited<ReturnType<VectorChain['networkHelpers']['takeSnapshot']>>

before(async () => {
  chain = await vectorChain()
  start = await chain.networkHelpers.takeSnapshot()
})

/** The chain as it was deployed. */
async function afresh(): Promise<VectorChain> {
  await start.restore()
  return chain
}

/** Puts a slot into the operator's book. */
async function hold(
  { proofs, asMarket }: VectorChain,
  operator: Address,
  volumeId: bigint,
  slot: number,
  n: number,
  sectors: number,
) {
  await proofs.write.join([placedAt(operator, slot, n), volumeId, sectors], asMarket)
}

/** Goes to an epoch that the vectors name and gives it their seed. */
async function toSeed({ networkHelpers, proofs, seedEpoch }: VectorChain, epoch: number, seed: Hex): Promise<void> {
  const { seeds } = await readVectors('proofs')
  const { mixHash } = seeds.find((vector) => vector.seed === seed)!
  await networkHelpers.mineUpTo(await proofs.read.firstBlock([epoch]))
  await seedEpoch(epoch, mixHash)
  assert.deepEqual(await proofs.read.seedOf([epoch]), [true, seed])
}

test('the contract stands at the address that the vectors sign for', async () => {
  const { proofs } = await afresh()
  for (const { domain } of [await readVectors('states'), await readVectors('proofs')]) {
    assert.equal(getAddress(proofs.address), domain.verifyingContract)
    const [, name, version, chainId, verifyingContract] = await proofs.read.eip712Domain()
    const expected = { name: 'Storgo', version: '1', chainId: BigInt(domain.chainId) }
    assert.deepEqual({ name, version, chainId }, expected)
    assert.equal(verifyingContract, domain.verifyingContract)
  }
})

test('proofs.json: the whole proof is accepted, and not with a bit altered', async () => {
  const { prove } = await readVectors('proofs')
  const { viem, proofs, asMarket, impersonate } = await afresh()
  for (const { volumeId, slot, n, billedSectors } of prove.book) {
    await hold(chain, prove.provider, BigInt(volumeId), slot, n, billedSectors)
    await proofs.write.setSessionKey([BigInt(volumeId), 1, prove.sessionKey, 0n], asMarket)
  }
  await toSeed(chain, prove.epoch, prove.seed)
  for (const { i, entry, offset } of prove.samples) {
    const { volumeId, slot, n } = prove.book[entry]!
    const expected = [BigInt(volumeId), slot, n, BigInt(offset)]
    assert.deepEqual(await proofs.read.challenge([prove.provider, prove.epoch, i]), expected)
  }
  await impersonate(prove.provider)
  const from = { ...PROVE, account: prove.provider }
  const damaged = flip(prove.encodedSamples, size(prove.encodedSamples) - 1)
  const altered = proofs.simulate.prove([prove.epoch, prove.encodedStates, damaged], from)
  const last: [bigint] = [BigInt(prove.samples.length - 1)]
  await viem.assertions.revertWithCustomErrorWithArgs(altered, proofs, 'ProofOfStorageLeafMismatch', last)
  const hash = await proofs.write.prove([prove.epoch, prove.encodedStates, prove.encodedSamples], from)
  const billed = prove.book.reduce((sum, { billedSectors }) => sum + billedSectors, 0)
  const used = [
    ...prove.states.map(({ volumeId, nonce }) => [volumeId, nonce] as const),
    ...prove.samples
      .filter(({ stateIndex }) => stateIndex === EMPTY_STATE_INDEX)
      .map(({ volumeId }) => [volumeId, '0'] as const),
  ]
  const list = concat(used.flatMap((entry) => entry.map((number) => numberToHex(BigInt(number), { size: 8 }))))
  const args: [Address, number, bigint, number, Hex] = [
    prove.provider,
    prove.epoch,
    BigInt(billed),
    prove.samples.length,
    list,
  ]
  await viem.assertions.emitWithArgs(hash, proofs, 'EpochProven', args)
})

test('proofs.json: challenges fall where the contract draws them', async () => {
  const { challenges } = await readVectors('proofs')
  const whole = challenges.filter(({ billedLeaves }) => billedLeaves % LEAVES_PER_SECTOR === 0)
  const sizes = [...new Set(whole.map(({ billedLeaves }) => billedLeaves / LEAVES_PER_SECTOR))]
  assert.deepEqual(sizes, [1, 14, 2 ** 28 - 1])
  for (const sectors of sizes) {
    const { proofs } = await afresh()
    const own = whole.filter(({ billedLeaves }) => billedLeaves === sectors * LEAVES_PER_SECTOR)
    const [{ provider, epoch, seed }] = own as [(typeof own)[0]]
    await hold(chain, provider, 1n, 0, 1, sectors)
    await toSeed(chain, epoch, seed)
    for (const { i, index } of own) {
      assert.deepEqual(await proofs.read.challenge([provider, epoch, i]), [1n, 0, 1, BigInt(index)])
    }
  }
})

test('proofs.json: a seed depends on the chain, also in epoch 0', async () => {
  const { seeds } = await readVectors('proofs')
  const { mixHash, chainId, epoch, seed } = seeds.find((vector) => vector.epoch === 0)!
  const { proofs, seedEpoch } = await vectorChain(chainId)
  await seedEpoch(epoch, mixHash)
  assert.deepEqual(await proofs.read.seedOf([epoch]), [true, seed])
})

/** A state's record in `prove`, of the vector's own bytes. */
const recordOf = ({ volumeId, nonce, generation, sectors, root, link, signature }: StateVector): Hex =>
  concat([
    numberToHex(BigInt(volumeId), { size: 8 }),
    numberToHex(BigInt(nonce), { size: 8 }),
    numberToHex(generation, { size: 4 }),
    numberToHex(sectors, { size: 4 }),
    root,
    link,
    signature,
  ])

test("states.json: every state is accepted as its session key's, and not with a bit altered", async () => {
  const { states, sessionKey } = await readVectors('states')
  const { prove } = await readVectors('proofs')
  for (const vector of states) {
    const { viem, proofs, asMarket, impersonate } = await afresh()
    const volumeId = BigInt(vector.volumeId)
    await hold(chain, OPERATOR, volumeId, 0, 1, 1)
    await proofs.write.setSessionKey([volumeId, vector.generation, sessionKey.address, 0n], asMarket)
    await toSeed(chain, prove.epoch, prove.seed)
    await impersonate(OPERATOR)
    const from = { ...PROVE, account: OPERATOR }
    const record = recordOf(vector)
    const altered = proofs.simulate.prove([prove.epoch, flip(record, 60), EMPTY_PROOF.samples], from)
    const refused: [bigint] = [0n]
    const invalid = 'ProofOfStorageStateSignatureInvalid'
    await viem.assertions.revertWithCustomErrorWithArgs(altered, proofs, invalid, refused)
    if (vector.sectors === 0) {
      await proofs.write.prove([prove.epoch, record, `0x${'0000'.repeat(20)}`], from)
      continue
    }
    // Nobody has the leaves of this root. That the state is found to be unused shows that its signature was accepted.
    const unused = proofs.simulate.prove([prove.epoch, record, EMPTY_PROOF.samples], from)
    await viem.assertions.revertWithCustomErrorWithArgs(unused, proofs, 'ProofOfStorageStateUnused', refused)
  }
})

test('states.json: the certificate raises the floors of its slots, and not with a bit altered', async () => {
  const vectors = await readVectors('states')
  const { viem, proofs } = await vectorMarket(vectors)
  const state = vectors.states[vectors.certificate.state]!
  const receipts = vectors.certificate.receipts.map((index) => vectors.receipts[index]!)
  const certificate = concat([
    sliceHex(recordOf(state), 0, 56),
    state.parent,
    numberToHex(BigInt(state.term), { size: 8 }),
    state.head,
    state.signature,
    numberToHex(BigInt(receipts[0]!.term), { size: 8 }),
    ...receipts.flatMap(({ slot, epoch, signature }) => [
      numberToHex(slot, { size: 1 }),
      numberToHex(epoch, { size: 4 }),
      signature,
    ]),
  ])
  const mask = receipts.reduce((bits, { slot }) => bits | (1 << slot), 0)
  const altered = proofs.simulate.anchor([flip(certificate, size(certificate) - 1), mask])
  const last: [bigint, number] = [BigInt(receipts.length - 1), receipts.at(-1)!.slot]
  const invalid = 'ProofOfStorageReceiptSignatureInvalid'
  await viem.assertions.revertWithCustomErrorWithArgs(altered, proofs, invalid, last)
  await proofs.write.anchor([certificate, mask])
  for (const { slot } of receipts) {
    const [entry] = await proofs.read.book([vectors.operators[slot]!.address, 0, 1])
    assert.equal(entry?.nextFloor, BigInt(state.nonce))
  }
})

/** An operator whose first sample is the wanted leaf. @param billed sectors in its book, all of them in use. */
function operatorDrawing(seed: Hex, epoch: number, billed: number, wanted: number): Address {
  const seedBytes = hexToBytes(seed)
  for (let candidate = 0x10000; ; candidate++) {
    const operator = numberToHex(candidate, { size: 20 })
    if (challengeIndex(seedBytes, operator, epoch as Epoch, 0, billed * LEAVES_PER_SECTOR) === wanted) return operator
  }
}

/** A state with a vector's root, signed by the tests' own session key. */
function signRoot(root: Hex, sectors: number, domain: SigningDomain): SignedState {
  const [parent, head] = [new Uint8Array(32), new Uint8Array(32)]
  const numbers = { volumeId: 1n, nonce: 1n, generation: 1, sectors, term: 1n }
  return signState({ ...numbers, parent, head, root: hexToBytes(root) }, domain, hexToBytes(SESSION_KEY))
}

test('trees.json: every path of one leaf leads to its root', async () => {
  const { paths } = await readVectors('trees')
  const { prove, domain } = await readVectors('proofs')
  const single = paths.filter(({ firstLeaf, lastLeaf }) => firstLeaf === lastLeaf)
  assert.equal(single.length, 4)
  for (const { n, sectors, slot, sectorIndex, firstLeaf, leaves, path, root } of single) {
    const { viem, proofs, parameters, asMarket, impersonate } = await afresh()
    // One sample, so that the vector's leaf is all there is to show.
    await parameters.write.set([1, 1n])
    const wanted = sectorIndex * LEAVES_PER_SECTOR + firstLeaf
    const operator = operatorDrawing(prove.seed, prove.epoch, sectors, wanted)
    await hold(chain, operator, 1n, slot, n, sectors)
    await proofs.write.setSessionKey([1n, 1, SESSION_ADDRESS, 0n], asMarket)
    await toSeed(chain, prove.epoch, prove.seed)
    await impersonate(operator)
    const proof = { leaf: hexToBytes(leaves!), path: hexToBytes(path) }
    const states = [signRoot(root, sectors, domain)]
    const encoded = encodeProof({ states, samples: [{ stateIndex: 0, proof }] })
    const from = { ...PROVE, account: operator }
    const args: [bigint] = [0n]
    const damaged = proofs.simulate.prove([prove.epoch, encoded.states, flip(encoded.samples, 70)], from)
    await viem.assertions.revertWithCustomErrorWithArgs(damaged, proofs, 'ProofOfStorageLeafMismatch', args)
    await proofs.write.prove([prove.epoch, encoded.states, encoded.samples], from)
    assert.equal(await proofs.read.hasProven([operator, prove.epoch]), true)
  }
})
