import type { Volume } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { openSession } from '../profile/session.ts'
import { formatBytes, formatStor } from '../quantities.ts'
import { dataBytesOf } from './volume-quote.ts'

/** Lists the account's volumes, oldest first, one line each. */
export async function volumeLs(context: Context): Promise<undefined> {
  await using session = await openSession(context)
  const volumes = await session.storgo.volumes.list()
  for (const volume of volumes) context.output.data('storgo.volume.ls/1', volume, describe(volume))
  if (volumes.length === 0) context.output.note('This account has no volumes.\n  next: storgo volume open --size 1GiB')
  return undefined
}

function describe({ volumeId, k, m, sectors, endEpoch, closed, escrow }: Volume): string {
  const until = closed ? 'closed' : `paid up to epoch ${endEpoch - 1}, ${formatStor(escrow)} left`
  return `volume ${volumeId}  ${k} + ${m}  ${formatBytes(dataBytesOf({ k, sectors }))}  ${until}`
}
