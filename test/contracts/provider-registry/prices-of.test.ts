// pricesOf
// └── after any sequence of asks and epochs gives the prices of a list of every epoch's price
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { passEpochs } from '../fixtures/epochs.ts'
import { aRegistered } from './fixtures/candidate.ts'
import { parameter } from './fixtures/parameter.ts'

/** More epochs than any sequence below reaches, its last notice included. */
const HORIZON = 80

type Step = { price: number } | { pass: number }
const aStep = fc.oneof<fc.Arbitrary<Step>[]>(
  fc.record({ price: fc.nat(3) }),
  fc.record({ pass: fc.integer({ min: 1, max: 3 }) }),
)

/** The price of every epoch, written out; `announce` is what `setAsk` promises. */
class PriceList {
  readonly #prices = new Array<number>(HORIZON).fill(0)
  #first = true

  announce(epoch: number, notice: number, price: number): void {
    const inForce = this.at(epoch)
    const sameAgain = this.#prices.slice(epoch).includes(price) && price !== inForce
    if (!this.#first && sameAgain) return
    const from = this.#first || price === inForce ? epoch : epoch + notice
    this.#prices.fill(inForce, epoch, from).fill(price, from)
    this.#first = false
  }

  at(epoch: number): number {
    const price = this.#prices[epoch]
    assert.ok(price !== undefined, `epoch ${epoch} is on the list`)
    return price
  }
}

test('after any sequence of asks and epochs prices are those of a list of every epoch', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { minLength: 1, maxLength: 15 }), async (steps) => {
      const candidate = await aRegistered()
      const { registry, operator, owner } = candidate
      const notice = Number(await parameter(candidate, 'askNoticeEpochs'))
      const list = new PriceList()
      let epoch = await passEpochs(candidate)
      for (const step of steps) {
        if ('price' in step) {
          list.announce(epoch, notice, step.price)
          await registry.write.setAsk([operator, BigInt(step.price), 1, 1], { account: owner.account })
        } else {
          epoch = await passEpochs(candidate, step.pass)
        }
        assert.deepEqual(await registry.read.pricesOf([[operator]]), [BigInt(list.at(epoch))])
        const { nextPrice, nextPriceEpoch } = await registry.read.provider([operator])
        assert.equal(nextPrice, BigInt(list.at(Math.max(epoch, nextPriceEpoch))))
      }
    }),
    { numRuns: 25 },
  )
})
