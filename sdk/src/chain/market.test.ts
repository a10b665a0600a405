import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Address, parseEther } from 'viem'
import { isContractError } from './chain-error.ts'
import { closeVolume } from './close-volume.ts'
import type { Chain } from './connect-chain.ts'
import { expireVolume } from './expire-volume.ts'
import { accountAt, aLocalChain, type LocalChain, PRICE, registerProviders } from './fixtures/local-chain.ts'
import { listSettlements } from './list-settlements.ts'
import { listVolumes } from './list-volumes.ts'
import { openVolume } from './open-volume.ts'
import { quoteVolume } from './quote-volume.ts'
import { readBalance } from './read-balance.ts'
import { readBook } from './read-book.ts'
import { readEarnings } from './read-earnings.ts'
import { readEpoch } from './read-epoch.ts'
import { readSessionKey } from './read-session-key.ts'
import { readSlots } from './read-slots.ts'
import { readVolume } from './read-volume.ts'
import { resizeVolume } from './resize-volume.ts'
import { setSessionKey } from './set-session-key.ts'
import { settleSlots, settleVolumes } from './settle-slots.ts'
import { topUpVolume } from './top-up-volume.ts'
import { withdrawCredit } from './withdraw-credit.ts'
import { withdrawEarnings } from './withdraw-earnings.ts'

let chain: LocalChain
let client: Chain
let providers: Address[]
const owner = accountAt(2).address
const sessionKey = accountAt(9).address
const terms = { k: 2, m: 1, sectors: 4, epochs: 10, sessionKey, sessionKeyExpiry: 4_000_000_000n }
/** Of three slots of four sectors. */
const PER_EPOCH = 12n * PRICE

const anOpenVolume = () => openVolume(client, { ...terms, providers, maxPricePerEpoch: PER_EPOCH })
const storOf = async () => (await readBalance(client, owner)).stor
const creditOf = async () => (await readBalance(client, owner)).credit

before(async () => {
  chain = await aLocalChain()
  client = await chain.connect(2)
  providers = await registerProviders(chain, await chain.connect(1), 3)
  await chain.fund(owner, parseEther('1'))
})
after(() => chain[Symbol.asyncDispose]())

describe('a volume on the chain', () => {
  test('is opened, and paid by permit, in one transaction', async () => {
    assert.equal(await quoteVolume(client, { providers, sectors: 4 }), PER_EPOCH)
    const nonce = () => client.publicClient.getTransactionCount({ address: owner })
    const [before, stor, { epoch }] = await Promise.all([nonce(), storOf(), readEpoch(client)])
    const { volumeId, gasUsed } = await anOpenVolume()
    assert.equal((await nonce()) - before, 1)
    assert.equal(stor - (await storOf()), 10n * PER_EPOCH)
    assert.ok(gasUsed > 0n)
    assert.deepEqual(await readVolume(client, volumeId), {
      ...{ volumeId, owner, k: 2, m: 1, sectors: 4, generation: 1 },
      ...{ openedEpoch: epoch, endEpoch: epoch + 11, closed: false, escrow: 10n * PER_EPOCH },
    })
    const slots = await readSlots(client, volumeId)
    assert.deepEqual(
      slots.map(({ slot, provider }) => [slot, provider]),
      providers.map((provider, slot) => [slot, provider]),
    )
    const key = await readSessionKey(client, { volumeId, generation: 1 })
    assert.deepEqual(key, { address: sessionKey, expiresAt: 4_000_000_000n })
    const entry = (await readBook(client, providers[1] ?? owner)).find((each) => each.volumeId === volumeId)
    assert.deepEqual([entry?.slot, entry?.n, entry?.frozenSectors, entry?.nextSectors], [1, 3, 0, 4])
  })

  test('is undefined when there is none', async () => {
    assert.equal(await readVolume(client, 999n), undefined)
    assert.equal(await readSessionKey(client, { volumeId: 999n, generation: 1 }), undefined)
    await assert.rejects(readSlots(client, 999n), { code: 'VOLUME_UNKNOWN' })
  })

  test('is not opened above the highest price, without the money, or twice at one provider', async () => {
    const [stor, volumes] = [await storOf(), (await Array.fromAsync(listVolumes(client, { owner }))).length]
    const open = (change: object, from = client) =>
      openVolume(from, { ...terms, providers, maxPricePerEpoch: PER_EPOCH, ...change })
    await assert.rejects(open({ maxPricePerEpoch: PER_EPOCH - 1n }), {
      code: 'PRICE_TOO_HIGH',
      details: { error: 'StorageMarketPriceTooHigh', pricePerEpoch: PER_EPOCH, maxPricePerEpoch: PER_EPOCH - 1n },
    })
    await assert.rejects(open({ epochs: 1_000_000_000 }), { code: 'INSUFFICIENT_FUNDS' })
    await assert.rejects(open({}, await chain.connect(8)), { code: 'INSUFFICIENT_FUNDS' })
    const twice = [providers[0], providers[0], providers[1]]
    await assert.rejects(open({ providers: twice }), (error) =>
      isContractError(error, 'StorageMarketDuplicateProvider'),
    )
    assert.equal(await storOf(), stor)
    assert.equal((await Array.fromAsync(listVolumes(client, { owner }))).length, volumes)
  })

  test('several can be opened at the same time by one account', async () => {
    const stor = await storOf()
    const opened = await Promise.all([anOpenVolume(), anOpenVolume(), anOpenVolume()])
    assert.equal(new Set(opened.map(({ volumeId }) => volumeId)).size, 3)
    assert.equal(stor - (await storOf()), 30n * PER_EPOCH)
    const listed = (await Array.fromAsync(listVolumes(client, { owner }))).map(({ volumeId }) => volumeId)
    for (const { volumeId } of opened) assert.ok(listed.includes(volumeId))
    assert.deepEqual(await Array.fromAsync(listVolumes(client, { owner: sessionKey })), [])
  })

  test('is topped up and resized for exactly the difference', async () => {
    const { volumeId } = await anOpenVolume()
    await chain.nextEpoch()
    const stor = await storOf()
    await topUpVolume(client, { volumeId, epochs: 5, maxPricePerEpoch: PER_EPOCH })
    assert.equal(stor - (await storOf()), 5n * PER_EPOCH)
    await resizeVolume(client, { volumeId, sectors: 8, maxPricePerEpoch: 2n * PER_EPOCH })
    // The current epoch keeps its price; 14 of the 15 paid epochs are left.
    assert.equal(stor - (await storOf()), (5n + 14n) * PER_EPOCH)
    assert.equal((await readVolume(client, volumeId))?.sectors, 8)
    const tooDear = resizeVolume(client, { volumeId, sectors: 9, maxPricePerEpoch: 2n * PER_EPOCH })
    await assert.rejects(tooDear, { code: 'PRICE_TOO_HIGH' })
  })

  test('that is past its end is topped up within its grace, arrears included, and expires after it', async () => {
    const short = { ...terms, epochs: 1, providers, maxPricePerEpoch: PER_EPOCH }
    const { volumeId } = await openVolume(client, short)
    await chain.nextEpoch()
    await chain.nextEpoch()
    const stor = await storOf()
    await topUpVolume(client, { volumeId, epochs: 2, maxPricePerEpoch: PER_EPOCH })
    assert.ok(stor - (await storOf()) <= 2n * PER_EPOCH)
    await assert.rejects(expireVolume(client, volumeId), (error) => isContractError(error, 'StorageMarketNotExpired'))
    for (let i = 0; i < 4; i++) await chain.nextEpoch()
    await expireVolume(client, volumeId)
    assert.equal((await readVolume(client, volumeId))?.closed, true)
  })

  test('gets a new session key as the next generation', async () => {
    const { volumeId } = await anOpenVolume()
    await setSessionKey(client, { volumeId, address: owner, expiresAt: 5_000_000_000n })
    assert.equal((await readVolume(client, volumeId))?.generation, 2)
    const key = await readSessionKey(client, { volumeId, generation: 2 })
    assert.deepEqual(key, { address: owner, expiresAt: 5_000_000_000n })
    await assert.rejects(setSessionKey(await chain.connect(1), { volumeId, address: owner, expiresAt: 1n }), (error) =>
      isContractError(error, 'StorageMarketNotOwner'),
    )
  })

  test('and others are settled in one transaction, or none of them', async () => {
    const [one, other] = [await anOpenVolume(), await anOpenVolume()]
    await chain.nextEpoch()
    await chain.nextEpoch()
    const slots = [1]
    const unknown = { volumeId: 9_999n, slots }
    const volumes = [one, other].map(({ volumeId }) => ({ volumeId, slots }))
    await assert.rejects(settleVolumes(client, [...volumes, unknown]), { code: 'VOLUME_UNKNOWN' })
    const credit = await creditOf()
    await settleVolumes(client, volumes)
    assert.equal((await creditOf()) - credit, (2n * PER_EPOCH) / 3n)
  })

  test('is settled, closed and refunded, and is closed only once', async () => {
    const { volumeId } = await anOpenVolume()
    await chain.nextEpoch()
    await chain.nextEpoch()
    const credit = await creditOf()
    await settleSlots(client, { volumeId, slots: [0, 2] })
    // Nobody has proven, so an epoch of two of the three slots comes back.
    assert.equal((await creditOf()) - credit, (2n * PER_EPOCH) / 3n)
    const settlements = await Array.fromAsync(listSettlements(client, { volumeId }))
    const amounts = settlements.map(({ slot, provenEpochs, paid, refunded }) => [slot, provenEpochs, paid, refunded])
    assert.deepEqual(
      amounts,
      [0, 2].map((slot) => [slot, 0, 0n, PER_EPOCH / 3n]),
    )
    await closeVolume(client, volumeId)
    assert.equal((await readVolume(client, volumeId))?.closed, true)
    await assert.rejects(closeVolume(client, volumeId), { code: 'VOLUME_CLOSED' })
    const [stor, due] = [await storOf(), await creditOf()]
    await withdrawCredit(client)
    assert.equal((await storOf()) - stor, due)
    assert.equal(await creditOf(), 0n)
    const provider = providers[0] ?? owner
    assert.equal(await readEarnings(client, provider), 0n)
    await assert.rejects(withdrawEarnings(client, provider), (error) =>
      isContractError(error, 'StorageMarketNothingToWithdraw'),
    )
  })
})
