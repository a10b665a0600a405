import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  type Certificate,
  concatBytes,
  type Epoch,
  type Receipt,
  type SignedState,
  signReceipt,
  signState,
  stateDigest,
} from '@storgo/protocol'
import { type Address, bytesToHex, hexToBytes, keccak256, numberToHex, parseEther, zeroAddress } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { anchor } from './anchor.ts'
import { isContractError } from './chain-error.ts'
import type { Chain } from './connect-chain.ts'
import { dismissSlot } from './dismiss-slot.ts'
import { encodeCertificate } from './encode-certificate.ts'
import { ASK, accountAt, aLocalChain, type LocalChain, PRICE, STAKE } from './fixtures/local-chain.ts'
import { listProofs } from './list-proofs.ts'
import { listProvenStates } from './list-proven-states.ts'
import { openVolume } from './open-volume.ts'
import { decodeProvenStates } from './proven-states.ts'
import { readBalance } from './read-balance.ts'
import { readFloors } from './read-floors.ts'
import { readSlots } from './read-slots.ts'
import { readStatesUsed } from './read-states-used.ts'
import { readVolume } from './read-volume.ts'
import { registerProvider } from './register-provider.ts'
import { storeSeed } from './store-seed.ts'
import { submitProof } from './submit-proof.ts'

const K = 2
const N = 4
const SECTORS = 4
const SAMPLES = 20
const SESSION_KEY = hexToBytes(`0x${'5e'.repeat(32)}`)
/** Operators have ether: they send their proofs themselves. */
const FIRST_OPERATOR = 11
const operatorKey = (slot: number): Uint8Array =>
  accountAt(FIRST_OPERATOR + slot).getHdKey().privateKey ?? new Uint8Array()
const operatorOf = (slot: number): Address => accountAt(FIRST_OPERATOR + slot).address

let chain: LocalChain
let client: Chain
let stranger: Chain

before(async () => {
  chain = await aLocalChain()
  const owner = await chain.connect(1)
  ;[client, stranger] = await Promise.all([chain.connect(2), chain.connect(8)])
  await chain.fund(accountAt(1).address, STAKE * BigInt(N))
  await chain.fund(accountAt(2).address, parseEther('1'))
  for (let slot = 0; slot < N; slot++) {
    await registerProvider(owner, { operatorKey: operatorKey(slot), addresses: [], stake: STAKE, ask: ASK })
  }
})
after(() => chain[Symbol.asyncDispose]())

async function aVolume(): Promise<bigint> {
  const providers = Array.from({ length: N }, (_, slot) => operatorOf(slot))
  const key = { sessionKey: privateKeyToAddress(bytesToHex(SESSION_KEY)), sessionKeyExpiry: 4_000_000_000n }
  const terms = { k: K, m: N - K, sectors: SECTORS, epochs: 10, maxPricePerEpoch: PRICE * BigInt(SECTORS * N) }
  const { volumeId } = await openVolume(client, { ...terms, ...key, providers })
  await chain.nextEpoch()
  return volumeId
}

/** A state without sectors, so that a proof of it needs no leaf. */
function aState(volumeId: bigint, nonce: bigint): SignedState {
  const zero = new Uint8Array(32)
  const state = { volumeId, nonce, generation: 1, sectors: 0, root: zero, parent: zero, term: 1n, head: zero }
  return signState(state, client.domain, SESSION_KEY)
}

function certify(signed: SignedState, slots: readonly number[], term = 1n): Certificate {
  const state = stateDigest(signed.state, client.domain)
  const receipt = (slot: number): Receipt =>
    signReceipt({ state, slot, epoch: 1 as Epoch, term }, client.domain, operatorKey(slot))
  return { signed, receipts: slots.map(receipt) }
}

/** Proves the next epoch for a slot's provider, every sample shown as empty. */
async function prove(slot: number): Promise<Epoch> {
  const epoch = await chain.nextEpoch(4)
  await storeSeed(stranger, epoch)
  const samples = new Uint8Array(2 * SAMPLES).fill(0xff)
  await submitProof(await chain.connect(FIRST_OPERATOR + slot), { epoch, states: new Uint8Array(0), samples })
  return epoch
}

describe('slots of a volume on the chain', () => {
  test('are anchored by anybody at a certified state, whatever the order of its receipts', async () => {
    const volumeId = await aVolume()
    const { signed, receipts } = certify(aState(volumeId, 7n), [0, 1, 3])
    await anchor(stranger, { certificate: { signed, receipts: receipts.toReversed() }, slots: [1, 3] })
    const none = { floor: 0n, nextFloor: 0n }
    const raised = { floor: 0n, nextFloor: 7n }
    assert.deepEqual(await readFloors(stranger, volumeId), [
      { slot: 0, ...none },
      { slot: 1, ...raised },
      { slot: 2, ...none },
      { slot: 3, ...raised },
    ])
    await chain.nextEpoch()
    assert.deepEqual(
      (await readFloors(stranger, volumeId)).map(({ floor }) => floor),
      [0n, 7n, 0n, 7n],
    )
  })

  test('are not anchored without a receipt of their own, a quorum, or anything to raise', async () => {
    const volumeId = await aVolume()
    const certificate = certify(aState(volumeId, 7n), [0, 1, 3])
    const refused = (name: string) => (error: unknown) => isContractError(error, name)
    await assert.rejects(anchor(stranger, { certificate, slots: [2] }), refused('ProofOfStorageReceiptMissing'))
    const few = certify(aState(volumeId, 7n), [0, 1])
    await assert.rejects(anchor(stranger, { certificate: few, slots: [0] }), refused('ProofOfStorageQuorumMissing'))
    await anchor(stranger, { certificate, slots: [0] })
    const again = anchor(stranger, { certificate, slots: [0] })
    await assert.rejects(again, refused('ProofOfStorageNothingToAnchor'))
  })

  test('are vacant an epoch after their dismissal, which credits what they would have cost', async () => {
    const volumeId = await aVolume()
    const before = (await readBalance(client, accountAt(2).address)).credit
    await dismissSlot(client, { volumeId, slot: 2 })
    // The running epoch is still paid for; nine of the ten are not.
    const credited = (await readBalance(client, accountAt(2).address)).credit - before
    assert.equal(credited, 9n * PRICE * BigInt(SECTORS))
    assert.equal((await readSlots(client, volumeId))[2]?.provider, operatorOf(2))
    await chain.nextEpoch()
    assert.equal((await readSlots(client, volumeId))[2]?.provider, zeroAddress)
    assert.equal((await readVolume(client, volumeId))?.closed, false)
    const refused = (name: string) => (error: unknown) => isContractError(error, name)
    await assert.rejects(dismissSlot(client, { volumeId, slot: 2 }), refused('StorageMarketSlotVacant'))
    await assert.rejects(dismissSlot(client, { volumeId, slot: 0 }), refused('StorageMarketTooFewSlots'))
    await assert.rejects(dismissSlot(stranger, { volumeId, slot: 0 }), refused('StorageMarketNotOwner'))

    // Its receipt is left out of a certificate from before; the others still make a quorum, or not.
    const signed = aState(volumeId, 7n)
    await anchor(stranger, { certificate: certify(signed, [0, 1, 2, 3]), slots: [0] })
    const short = anchor(stranger, { certificate: certify(signed, [0, 1, 2]), slots: [1] })
    await assert.rejects(short, refused('ProofOfStorageQuorumMissing'))
    assert.deepEqual((await readFloors(stranger, volumeId))[2], { slot: 2, floor: 0n, nextFloor: 0n })
  })
})

describe('a certificate for the chain', () => {
  test('has receipts, all of one term', () => {
    const signed = aState(1n, 1n)
    const { receipts } = certify(signed, [0, 1])
    assert.throws(() => encodeCertificate({ signed, receipts: [] }), { code: 'CERTIFICATE_INVALID' })
    const mixed = [...receipts, ...certify(signed, [3], 2n).receipts]
    assert.throws(() => encodeCertificate({ signed, receipts: mixed }), { code: 'CERTIFICATE_INVALID' })
    assert.equal(encodeCertificate({ signed, receipts }).length, 200 + 2 * 69)
  })
})

describe('the states that a proof has used', () => {
  test('are told by its event, and their hash is kept', async () => {
    // The slots of this provider have not been anchored.
    const provider = operatorOf(2)
    const epoch = await prove(2)
    const states = await listProvenStates(stranger, { provider, epoch })
    assert.equal(states?.length, SAMPLES)
    assert.ok(states.every(({ volumeId, nonce }) => volumeId > 0n && nonce === 0n))
    const words = states.flatMap(({ volumeId, nonce }) =>
      [volumeId, nonce].map((number) => numberToHex(number, { size: 8 })),
    )
    const list = concatBytes(...words.map((word) => hexToBytes(word)))
    const kept = await readStatesUsed(stranger, { provider, epoch })
    assert.deepEqual(kept, hexToBytes(keccak256(list)).slice(0, 28))
    const [proof] = await Array.fromAsync(listProofs(stranger, { provider }))
    assert.deepEqual([proof?.epoch, proof?.states], [epoch, states])
  })

  test('are unknown where there is no proof', async () => {
    const epoch = await chain.nextEpoch()
    for (const of of [
      { provider: operatorOf(2), epoch },
      { provider: operatorOf(3), epoch: (epoch - 1) as Epoch },
    ]) {
      assert.equal(await listProvenStates(stranger, of), undefined)
      assert.equal(await readStatesUsed(stranger, of), undefined)
    }
  })

  test('are read entry by entry, and refused where bytes are left', () => {
    assert.deepEqual(decodeProvenStates('0x'), [])
    const entries = `0x${'00'.repeat(7)}09${'00'.repeat(6)}0102` as const
    assert.deepEqual(decodeProvenStates(entries), [{ volumeId: 9n, nonce: 258n }])
    assert.throws(() => decodeProvenStates(`${entries}00`), { code: 'VERSION_UNSUPPORTED' })
  })
})
