import type { Context } from '../context.ts'
import { orderOf } from '../profile/order.ts'
import { openSession } from '../profile/session.ts'
import { parseStor } from '../quantities.ts'
import type { OpenFlags } from '../tree/volume-commands.ts'
import { dataBytesOf, describeQuote } from './volume-quote.ts'

/** Opens a volume at the cheapest providers with room, in one transaction. */
export async function volumeOpen(context: Context, flags: OpenFlags): Promise<undefined> {
  const order = orderOf(flags)
  const limit = flags.maxPrice === undefined ? {} : { maxPricePerEpoch: parseStor(flags.maxPrice) }
  await using session = await openSession(context)
  const { transactionHash, block, gasUsed, ...opened } = await session.storgo.volumes.open({ ...order, ...limit })
  const { volumeId } = opened
  const record = { ...opened, dataBytes: dataBytesOf(opened), transactionHash, block, gasUsed }
  const text = `Opened volume ${volumeId} with ${gasUsed} gas; it is billed from the next epoch on.\n${describeQuote(opened)}`
  context.output.data('storgo.volume.open/1', record, text)
  return undefined
}
