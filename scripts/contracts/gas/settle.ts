import { nextSeededEpoch, passEpochs } from '../../../test/contracts/fixtures/epochs.ts'
import { type FullBooks, gasUsed } from './full-books.ts'

/** Twenty samples of volumes that have nothing stored yet. */
const EMPTY_SAMPLES = `0x${'ffff'.repeat(20)}` as const
const VOLUME = 7n
const SLOT_0 = 1

/** Settling one slot: for the first time, again, and again with an epoch that was not proven. */
export async function settleGas(books: FullBooks): Promise<{ first: bigint; again: bigint; withRefund: bigint }> {
  const { storgo, provider, owner } = books
  const options = { account: provider.wallet.account }
  const proveNext = async () => {
    const { epoch } = await nextSeededEpoch(storgo)
    await storgo.proofs.write.prove([epoch, '0x', EMPTY_SAMPLES], options)
  }
  const settle = async () => gasUsed(storgo, await storgo.market.write.settle([VOLUME, SLOT_0], options))

  await proveNext()
  await proveNext()
  const first = await settle()
  await proveNext()
  const again = await settle()
  // The owner's credit is not its first either: settling another slot of the same owner has begun it.
  await passEpochs(storgo, 2)
  await storgo.market.write.settle([VOLUME + 1n, SLOT_0], { account: owner.account })
  await proveNext()
  await proveNext()
  const withRefund = await settle()
  return { first, again, withRefund }
}
