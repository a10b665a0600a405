import type { VolumeDetails } from '@storgo/sdk'
import type { Context } from '../context.ts'
import { openSession, parseVolumeId } from '../profile/session.ts'
import { formatBytes, formatStor } from '../quantities.ts'
import { table } from '../table.ts'
import { dataBytesOf } from './volume-quote.ts'

/** Shows a volume, what is in it, and what each slot says it holds. */
export async function volumeShow(context: Context, id: string | undefined): Promise<undefined> {
  const { output, signal } = context
  await using session = await openSession(context)
  const volumeId = parseVolumeId(id) ?? (await session.volume(undefined)).volumeId
  const { volumes } = session.storgo
  // Only the owner's own keys open what the slots hold.
  const { owner } = await volumes.show(volumeId, { signal })
  const states = owner.toLowerCase() === session.account.address.toLowerCase()
  const volume = await volumes.show(volumeId, { states, signal })
  output.data('storgo.volume.show/1', volume, describe(volume))
  return undefined
}

function describe({
  volumeId,
  owner,
  k,
  m,
  sectors,
  openedEpoch,
  endEpoch,
  closed,
  escrow,
  contents,
  slots,
}: VolumeDetails): string {
  const head = table([
    ['volume', `${volumeId}${closed ? ' (closed)' : ''}`],
    ['owner', owner],
    ['shape', `${k} + ${m} slots of ${sectors} MiB: any ${m} may be lost`],
    ['room', formatBytes(dataBytesOf({ k, sectors }))],
    ['epochs', `opened in ${openedEpoch}, paid up to ${endEpoch - 1}`],
    ['escrow', formatStor(escrow)],
    ...(contents === undefined
      ? []
      : [
          ['files', `${contents.files}, ${formatBytes(contents.plainBytes)}`],
          ['log', `${formatBytes(contents.logBytes)} after state ${contents.nonce}`],
        ]),
  ])
  const rows = slots.map(({ slot, provider, nextPricePerEpoch, settledEpoch, state }) => [
    `${slot}${slot < k ? ' data' : ' parity'}`,
    provider,
    formatStor(nextPricePerEpoch),
    String(settledEpoch),
    state === undefined ? '' : 'code' in state ? state.code : `state ${state.nonce}`,
  ])
  return `${head}\n\n${table([['slot', 'provider', 'price per epoch', 'settled to', 'holds'], ...rows])}`
}
