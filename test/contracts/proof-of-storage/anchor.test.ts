// anchor
// ├── by anybody, with a certificate
// │   ├── raises the named slots' floors from the next epoch on, and emits FloorRaised for each
// │   ├── takes the least quorum, receipts of a later term, and a state of an older generation
// │   ├── leaves floors that are as high already, and raises the others
// │   └── starts a reused position at no floor
// ├── in the running epoch
// │   ├── neither the implicit empty state nor an older one is refused, also after a second raise
// │   └── in the next one both are, and the certified state is accepted
// └── any sequence of raises and epochs gives the floors of a slow model
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signState } from '@storgo/protocol'
import fc from 'fast-check'
import { getAddress, hexToBytes } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { nextSeededEpoch, passEpochs, storeSeed } from '../fixtures/epochs.ts'
import { openVolume } from '../fixtures/volumes.ts'
import { domainOf } from './fixtures/a-book.ts'
import {
  ALL,
  aCertifiedVolume,
  anchor,
  aState,
  type CertifiedVolume,
  certify,
  encoded,
  floorsOf,
  K,
  QUORUM,
  showing,
} from './fixtures/a-certified-volume.ts'
import { EMPTY_PROOF } from './fixtures/proof.ts'
import { refuses, submit } from './fixtures/submit.ts'

/** Floors of six slots, given those that are not 0. */
const floors = (raised: Record<number, bigint>): bigint[] => ALL.map((slot) => raised[slot] ?? 0n)

/** Slot j's provider as the one who proves. */
const proving = (scene: CertifiedVolume, slot: number, epoch: number) => {
  return { ...scene, wallet: scene.providers[slot]!.wallet, epoch }
}

test("it raises the named slots' floors from the next epoch on, and emits FloorRaised for each", async () => {
  const scene = await aCertifiedVolume()
  const { viem, proofs, providers, volumeId } = scene
  const certificate = encoded(certify(scene, aState(scene)))
  const hash = await anchor(scene, certificate, [0, 5])
  for (const slot of [0, 5]) {
    const raised = [getAddress(providers[slot]!.operator), volumeId, slot, 5n] as const
    await viem.assertions.emitWithArgs(hash, proofs, 'FloorRaised', [...raised])
  }
  assert.equal((await proofs.getEvents.FloorRaised()).length, 2)
  assert.deepEqual(await floorsOf(scene), { now: floors({}), next: floors({ 0: 5n, 5: 5n }) })
  await passEpochs(scene)
  assert.deepEqual((await floorsOf(scene)).now, floors({ 0: 5n, 5: 5n }))
})

test('it takes the least quorum, receipts of a later term, and a state of an older generation', async () => {
  const scene = await aCertifiedVolume()
  const { market, owner, volumeId } = scene
  const key = `0x${'77'.repeat(32)}` as const
  await market.write.setSessionKey([volumeId, privateKeyToAddress(key), 4_000_000_000n], { account: owner.account })
  const least = [0, 1, 2, 4, 5]
  assert.equal(least.length, QUORUM)
  await anchor(scene, encoded(certify(scene, aState(scene), least, 9n)), least)
  assert.deepEqual((await floorsOf(scene)).next, floors({ 0: 5n, 1: 5n, 2: 5n, 4: 5n, 5: 5n }))

  const { state } = aState(scene, { nonce: 6n, generation: 2 })
  await anchor(scene, encoded(certify(scene, signState(state, domainOf(scene), hexToBytes(key)))), [3])
  assert.equal((await floorsOf(scene)).next[3], 6n)
})

test('it leaves floors that are as high already, and raises the others', async () => {
  const scene = await aCertifiedVolume()
  await anchor(scene, encoded(certify(scene, aState(scene, { nonce: 7n }))), [1])
  await anchor(scene, encoded(certify(scene, aState(scene))), [0, 1])
  assert.deepEqual((await floorsOf(scene)).next, floors({ 0: 5n, 1: 7n }))
})

test('it starts a reused position at no floor', async () => {
  const scene = await aCertifiedVolume()
  const { market, owner, providers, volumeId } = scene
  await anchor(scene, encoded(certify(scene, aState(scene))), ALL)
  await market.write.close([volumeId], { account: owner.account })
  await passEpochs(scene)
  await openVolume(scene, { owner, providers, k: K })
  assert.deepEqual(await floorsOf(scene), { now: floors({}), next: floors({}) })
})

test('in the running epoch no older state is refused, in the next one each is', async () => {
  const scene = await aCertifiedVolume()
  const { epoch } = await storeSeed(scene)
  const [old, certified, newer] = [3n, 5n, 6n].map((nonce) => aState(scene, { nonce }))
  await anchor(scene, encoded(certify(scene, certified!)), ALL)
  await submit(proving(scene, 0, epoch), EMPTY_PROOF)
  await anchor(scene, encoded(certify(scene, newer!)), [1])
  await submit(proving(scene, 1, epoch), EMPTY_PROOF)
  await submit(proving(scene, 2, epoch), showing(old!))

  const next = (await nextSeededEpoch(scene)).epoch
  await refuses(proving(scene, 0, next), EMPTY_PROOF, 'ProofOfStorageStateBelowFloor', [0n, 0n, 5n])
  await refuses(proving(scene, 0, next), showing(old!), 'ProofOfStorageStateBelowFloor', [0n, 3n, 5n])
  await refuses(proving(scene, 1, next), showing(certified!), 'ProofOfStorageStateBelowFloor', [0n, 5n, 6n])
  await submit(proving(scene, 0, next), showing(certified!))
  await submit(proving(scene, 1, next), showing(newer!))
})

test('a floor raised twice, in two epochs, counts at its first height between them', async () => {
  const scene = await aCertifiedVolume()
  const [first, second] = [5n, 6n].map((nonce) => aState(scene, { nonce }))
  await anchor(scene, encoded(certify(scene, first!)), [0])
  const { epoch } = await nextSeededEpoch(scene)
  await anchor(scene, encoded(certify(scene, second!)), [0])
  await refuses(proving(scene, 0, epoch), EMPTY_PROOF, 'ProofOfStorageStateBelowFloor', [0n, 0n, 5n])
  await submit(proving(scene, 0, epoch), showing(first!))
})

const aStep = fc.oneof(
  { weight: 3, arbitrary: fc.record({ nonce: fc.bigInt(1n, 9n), slot: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.constant('next epoch' as const) },
)

test('any sequence of raises and epochs gives the floors of a slow model', async () => {
  const raised = new Map<bigint, `0x${string}`>()
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { maxLength: 20 }), async (steps) => {
      const scene = await aCertifiedVolume()
      // For each slot the floor from an epoch on, latest last.
      const history = ALL.map(() => [{ from: 0, floor: 0n }])
      let epoch = await scene.proofs.read.currentEpoch()
      const at = (asked: number) => history.map((floors) => floors.findLast(({ from }) => from <= asked)!.floor)
      for (const step of steps) {
        if (step === 'next epoch') epoch = await passEpochs(scene)
        else if (at(epoch + 1)[step.slot]! < step.nonce) {
          const certificate = raised.get(step.nonce) ?? encoded(certify(scene, aState(scene, { nonce: step.nonce })))
          raised.set(step.nonce, certificate)
          await anchor(scene, certificate, [step.slot])
          history[step.slot]!.push({ from: epoch + 1, floor: step.nonce })
        }
        assert.deepEqual(await floorsOf(scene), { now: at(epoch), next: at(epoch + 1) })
      }
    }),
    { numRuns: 12 },
  )
})
