// any sequence of calls
// └── refuses what the slow reference refuses, by the same error, and otherwise leaves the same books, escrow, earnings,
//     credits and balances as it
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { maxUint256 } from 'viem'
import { currentEpoch, passEpochs, storeSeed } from '../fixtures/epochs.ts'
import { FREE_SECTORS, fund, STAKE } from '../fixtures/providers.ts'
import { openVolume } from '../fixtures/volumes.ts'
import { addressOf, aMarketOfTen, type Market, priceOf } from './fixtures/a-market.ts'
import { held } from './fixtures/balances.ts'
import { aStep, type Step } from './fixtures/market-steps.ts'
import { proveEpoch } from './fixtures/prove-epochs.ts'
import { refusal } from './fixtures/refusal.ts'
import { LedgerReference } from './ledger.reference.ts'

type Scene = { scene: Market; clients: Market['owner'][]; model: LedgerReference }

/** Does a step on chain and in the model, and compares how each took it. */
async function take(step: Step, { scene, clients, model }: Scene): Promise<void> {
  const { market, registry, providers } = scene
  const clientOf = (index: number) => clients[index]!
  if (step.kind === 'open') {
    const chosen = step.providers.map((index) => providers[index]!)
    const { sectors, epochs } = step
    await openVolume(scene, { owner: clientOf(step.client), providers: chosen, k: 1, sectors, epochs })
    const operators = chosen.map(({ operator }) => operator)
    return model.open(addressOf(clientOf(step.client)), operators, sectors, epochs)
  }
  if (step.kind === 'ask') {
    const { operator, wallet } = providers[step.provider]!
    await registry.write.setAsk([operator, step.price, FREE_SECTORS, 1], { account: wallet.account })
    return model.setAsk(operator, step.price)
  }
  if (step.kind === 'nextEpoch') return nextEpoch(step.provers, { scene, clients, model })
  const [call, expected] = ((): [Promise<unknown>, string | undefined] => {
    if (step.kind === 'withdraw') {
      const client = clientOf(step.client)
      return [market.write.withdraw({ account: client.account }), model.withdraw(addressOf(client))]
    }
    if (step.kind === 'withdrawEarnings') {
      const { operator } = providers[step.provider]!
      return [market.write.withdrawEarnings([operator]), model.withdrawEarnings(operator)]
    }
    const index = step.volume % Math.max(model.volumes.length, 1)
    const volume = model.volumes[index]
    const id = BigInt(index + 1)
    if (volume === undefined) return [market.read.volume([id]), 'StorageMarketUnknownVolume']
    const { account } = clients.find((client) => addressOf(client) === volume.owner)!
    switch (step.kind) {
      case 'topUp':
        return [market.write.topUp([id, step.epochs, maxUint256], { account }), model.topUp(volume, step.epochs)]
      case 'resize':
        return [market.write.resize([id, step.sectors, maxUint256], { account }), model.resize(volume, step.sectors)]
      case 'dismiss':
        return [market.write.dismiss([id, step.slot], { account }), model.dismiss(volume, step.slot)]
      case 'close':
        return [market.write.close([id], { account }), model.close(volume)]
      case 'expire':
        return [market.write.expire([id]), model.expire(volume)]
      case 'settle':
        return [market.write.settle([id, step.mask]), model.settle(volume, step.mask)]
    }
  })()
  assert.equal(
    await refusal(call),
    expected,
    JSON.stringify(step, (_, value) => String(value)),
  )
}

async function nextEpoch(provers: readonly number[], { scene, clients, model }: Scene): Promise<void> {
  await storeSeed(scene)
  for (const index of provers) {
    const provider = scene.providers[index]!
    assert.equal(await refusal(proveEpoch(scene, [provider])), model.prove(provider.operator))
  }
  model.epoch = await passEpochs(scene)
  await compare({ scene, clients, model })
}

async function compare({ scene, clients, model }: Scene): Promise<void> {
  const { market, proofs, registry, providers, token } = scene
  const { epoch } = model
  let owed = 0n
  for (const [index, volume] of model.volumes.entries()) {
    const { owner, sectors, openedEpoch, endEpoch, closed, escrow } = await market.read.volume([BigInt(index + 1)])
    assert.deepEqual(
      { owner, sectors, opened: openedEpoch, end: endEpoch, closed, escrow },
      { ...withoutSlots(volume), escrow: model.escrow(volume) },
    )
    owed += escrow
    const slots = await market.read.slots([BigInt(index + 1)])
    assert.deepEqual(
      slots.map(({ provider, bookIndex, settledEpoch }) => ({ provider, position: bookIndex, settled: settledEpoch })),
      model.shown(volume),
    )
  }
  for (const { operator } of providers) {
    const book = model.books.get(operator)!
    assert.deepEqual(await proofs.read.book([operator, 0, 1000]), book.entries(epoch))
    assert.equal(await proofs.read.billedSectors([operator]), book.total(epoch))
    assert.equal((await registry.read.provider([operator])).billedSectors, model.reserved(operator))
    const earnings = await market.read.earnings([operator])
    assert.equal(earnings, model.earnings.get(operator) ?? 0n)
    owed += earnings
  }
  for (const client of clients.map(addressOf)) {
    const credit = await market.read.credit([client])
    assert.equal(credit, model.credit.get(client) ?? 0n)
    assert.equal(STAKE - (await token.read.balanceOf([client])), model.spent.get(client) ?? 0n)
    owed += credit
  }
  assert.equal(await held(scene), owed)
}

const withoutSlots = ({ slots: _, ...rest }: LedgerReference['volumes'][number]) => rest

/** Closes and settles everything and pays everybody. Nothing may be left. */
async function windUp(all: Scene): Promise<void> {
  const { scene, clients, model } = all
  await nextEpoch([], all)
  for (const volume of model.volumes.keys()) await take({ kind: 'close', volume }, all)
  await nextEpoch([], all)
  for (const [volume, { slots }] of model.volumes.entries()) {
    await take({ kind: 'settle', volume, mask: (1 << slots.length) - 1 }, all)
  }
  for (const client of clients.keys()) await take({ kind: 'withdraw', client }, all)
  for (const provider of scene.providers.keys()) await take({ kind: 'withdrawEarnings', provider }, all)
  assert.equal(await held(scene), 0n)
}

test('any sequence of calls leaves books, escrow, earnings, credits and balances as the slow reference has them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { maxLength: 80, size: 'max' }), async (steps) => {
      const scene = await aMarketOfTen()
      const clients = [36, 37].map((index) => scene.wallets[index]!)
      for (const client of clients) await fund(scene, client, STAKE)
      const prices = scene.providers.map(({ operator }, index) => [operator, priceOf(index)] as const)
      const all = { scene, clients, model: new LedgerReference(await currentEpoch(scene), prices) }
      for (const step of steps) await take(step, all)
      await windUp(all)
    }),
    { numRuns: 8 },
  )
})
