import type { VolumeQuote } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { orderOf } from '../profile/order.ts'
import { openSession } from '../profile/session.ts'
import { formatBytes, formatStor } from '../quantities.ts'
import { table } from '../table.ts'
import type { ShapeFlags } from '../tree/volume-commands.ts'

/** Says what a volume would cost now; changes nothing. */
export async function volumeQuote(context: Context, flags: ShapeFlags): Promise<undefined> {
  const order = orderOf(flags)
  await using session = await openSession(context)
  const quote = await session.storgo.volumes.quote(order)
  context.output.data('storgo.volume.quote/1', { ...quote, dataBytes: dataBytesOf(quote) }, describeQuote(quote))
  return undefined
}

/** Room for data in a volume's log. */
export function dataBytesOf({ k, sectors }: Pick<VolumeQuote, 'k' | 'sectors'>): number {
  return k * sectors * 2 ** 20
}

/** A quote for people. */
export function describeQuote(quote: VolumeQuote): string {
  const { k, m, epochs, pricePerEpoch, total, providers } = quote
  return table([
    ['shape', `${k} + ${m} slots: any ${m} may be lost`],
    ['room', formatBytes(dataBytesOf(quote))],
    ['price', `${formatStor(pricePerEpoch)} per epoch`],
    ['for', `${epochs} epochs: ${formatStor(total)}`],
    ...providers.map((provider, slot) => [`slot ${slot}`, provider]),
  ])
}
