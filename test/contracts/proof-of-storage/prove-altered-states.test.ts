// prove, with states that are not what the clients signed
// ├── any byte of a record altered: StateSignatureInvalid, or StatesUnordered where volumeId falls
// ├── any field of any record altered, set to zero or to its greatest value: the same, or StateNonceZero
// ├── a field taken from another record: the same
// ├── records swapped or doubled                 → reverts StatesUnordered
// ├── not a whole number of records              → reverts StatesLength
// ├── more records than samples                  → reverts StatesLength
// ├── a record that no sample uses               → reverts StateUnused
// ├── a record left out                          → reverts StateIndexOutOfRange or WrongVolume
// └── a refused proof that was mined marks nothing and leaves the honest one its chance
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { STATE_RECORD_BYTES, signState } from '@storgo/protocol'
import { bytesToHex, concat, type Hex, hexToBytes, padHex, size, slice } from 'viem'
import { SESSION_KEY } from '../fixtures/volumes.ts'
import { type ABook, aBook, domainOf, signedOf } from './fixtures/a-book.ts'
import { FIELDS, flip, overwrite, recordAt } from './fixtures/alter.ts'
import { encodeProof, SAMPLES } from './fixtures/proof.ts'
import { stateOf } from './fixtures/stored-slot.ts'
import { isProven, refuses, submit } from './fixtures/submit.ts'

let book: ABook | undefined

/** The scene of this test, whose honest proof must still be good after it. */
const arrange = async (): Promise<ABook> => {
  book = await aBook()
  return book
}

afterEach(async () => {
  if (book === undefined) return
  assert.equal(await isProven(book), false)
  await submit(book, book.encoded)
  assert.equal(await isProven(book), true)
  book = undefined
})

const records = ({ encoded }: ABook): Hex[] =>
  Array.from({ length: size(encoded.states) / STATE_RECORD_BYTES }, (_, i) =>
    slice(encoded.states, recordAt(i), recordAt(i + 1)),
  )

const volumeIdOf = (record: Hex): bigint => BigInt(slice(record, 0, 8))

/** Asserts that the altered `states` are refused for what record `index` has become. */
async function refusesRecord(scene: ABook, states: Hex, index: number): Promise<void> {
  const altered = slice(states, recordAt(index), recordAt(index + 1))
  const before = index === 0 ? 0n : volumeIdOf(slice(states, recordAt(index - 1), recordAt(index)))
  const { samples } = scene.encoded
  const [start, length] = FIELDS.nonce
  const error =
    volumeIdOf(altered) <= before
      ? 'ProofOfStorageStatesUnordered'
      : BigInt(slice(altered, start, start + length)) === 0n
        ? 'ProofOfStorageStateNonceZero'
        : 'ProofOfStorageStateSignatureInvalid'
  await refuses(scene, { states, samples }, error, [BigInt(index)])
}

test('any byte of a record altered', async () => {
  const scene = await arrange()
  for (let byte = 0; byte < STATE_RECORD_BYTES; byte++) {
    const states = flip(scene.encoded.states, recordAt(4) + byte, 1 << (byte % 8))
    await refusesRecord(scene, states, 4)
  }
})

test('any field of any record altered, set to zero or to its greatest value', async () => {
  const scene = await arrange()
  const { states } = scene.encoded
  assert.equal(records(scene).length, 8)
  for (const [index, record] of records(scene).entries()) {
    for (const [start, length] of Object.values(FIELDS)) {
      const at = recordAt(index) + start
      const last = flip(states, at + length - 1)
      const zero = overwrite(states, at, new Uint8Array(length))
      const greatest = overwrite(states, at, new Uint8Array(length).fill(0xff))
      for (const altered of [last, zero, greatest]) {
        const unchanged = slice(altered, recordAt(index), recordAt(index + 1)) === record
        if (!unchanged) await refusesRecord(scene, altered, index)
      }
    }
  }
})

test('a field taken from another record', async () => {
  const scene = await arrange()
  const { states } = scene.encoded
  const [from, to] = [1, 5]
  for (const name of ['volumeId', 'sectors', 'root', 'link', 'r', 'yParityAndS'] as const) {
    const [start, length] = FIELDS[name]
    const field = hexToBytes(slice(states, recordAt(from) + start, recordAt(from) + start + length))
    await refusesRecord(scene, overwrite(states, recordAt(to) + start, field), to)
  }
})

test('records swapped or doubled', async () => {
  const scene = await arrange()
  const { samples } = scene.encoded
  const all = records(scene)
  for (let index = 1; index < all.length; index++) {
    const swapped = all.with(index - 1, all[index]!).with(index, all[index - 1]!)
    const doubled = all.toSpliced(index, 0, all[index - 1]!)
    for (const list of [swapped, doubled]) {
      await refuses(scene, { states: concat(list), samples }, 'ProofOfStorageStatesUnordered', [BigInt(index)])
    }
  }
})

test('not a whole number of records', async () => {
  const scene = await arrange()
  const { states, samples } = scene.encoded
  const whole = size(states)
  const lengths = [1, STATE_RECORD_BYTES - 1, ...Object.values(FIELDS).map(([start]) => whole - start), whole - 1]
  for (const length of lengths.filter((candidate) => candidate % STATE_RECORD_BYTES !== 0)) {
    const cut = slice(states, 0, length)
    await refuses(scene, { states: cut, samples }, 'ProofOfStorageStatesLength', [BigInt(length)])
  }
  const longer = padHex(states, { dir: 'right', size: whole + 1 })
  await refuses(scene, { states: longer, samples }, 'ProofOfStorageStatesLength', [BigInt(whole + 1)])
})

test('more records than samples', async () => {
  const scene = await arrange()
  const many = Array.from({ length: SAMPLES + 1 }, (_, i) =>
    signState(stateOf(scene.stored.get(7n)!, { volumeId: BigInt(100 + i) }), domainOf(scene), hexToBytes(SESSION_KEY)),
  )
  const proof = encodeProof({ states: many, samples: scene.proof.samples })
  await refuses(scene, proof, 'ProofOfStorageStatesLength', [BigInt((SAMPLES + 1) * STATE_RECORD_BYTES)])
})

test('a record that no sample uses', async () => {
  const scene = await arrange()
  const { proof, stored } = scene
  // Volume 8's client has signed nothing so far, so that its samples show the implicit empty state.
  const eighth = stateOf(stored.get(7n)!, { volumeId: 8n })
  const extra = signState(eighth, domainOf(scene), hexToBytes(SESSION_KEY))
  const states = [...proof.states.slice(0, 7), extra, ...proof.states.slice(7)]
  const samples = proof.samples.map((sample) => (sample.stateIndex === 7 ? { ...sample, stateIndex: 8 } : sample))
  await refuses(scene, encodeProof({ states, samples }), 'ProofOfStorageStateUnused', [7n])
})

test('a record left out', async () => {
  const scene = await arrange()
  const { samples } = scene.encoded
  const all = records(scene)
  const firstUse = (stateIndex: number) => scene.proof.samples.findIndex((sample) => sample.stateIndex === stateIndex)
  const last = { states: concat(all.slice(0, -1)), samples }
  await refuses(scene, last, 'ProofOfStorageStateIndexOutOfRange', [BigInt(firstUse(7)), 7n])
  const indices = [...all.keys()].slice(2)
  const firstShifted = Math.min(...indices.map(firstUse))
  const shifted = scene.proof.samples[firstShifted]!.stateIndex
  assert.ok(shifted < 7)
  const expected = volumeIdOf(all[shifted]!)
  const args = [BigInt(firstShifted), expected, volumeIdOf(all[shifted + 1]!)]
  await refuses(scene, { states: concat(all.toSpliced(2, 1)), samples }, 'ProofOfStorageWrongVolume', args)
  await refuses(scene, { states: '0x', samples }, 'ProofOfStorageStateIndexOutOfRange', [0n, 6n])
})

test('a refused proof that was mined marks nothing and leaves the honest one its chance', async () => {
  const scene = await arrange()
  const { publicClient, encoded } = scene
  const before = await publicClient.getBlockNumber()
  const root = bytesToHex(signedOf(scene, 7n).state.root)
  assert.ok(encoded.states.includes(root.slice(2)))
  const altered = { ...encoded, states: flip(encoded.states, recordAt(6) + FIELDS.root[0]) }
  const call = submit(scene, altered)
  await scene.viem.assertions.revertWithCustomErrorWithArgs(call, scene.proofs, 'ProofOfStorageStateSignatureInvalid', [
    6n,
  ])
  assert.equal(await publicClient.getBlockNumber(), before + 1n)
  assert.equal(await scene.proofs.read.provenCount([scene.operator, scene.epoch + 1]), 0)
})
