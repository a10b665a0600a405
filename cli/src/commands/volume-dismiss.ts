import { StorgoError } from '@storgo/protocol'
import { dismissSlot } from '@storgo/sdk'
import { confirm } from '../confirm.ts'
import type { Context } from '../context.ts'
import { openSession, parseVolumeId } from '../profile/session.ts'
import { parseWhole } from '../quantities.ts'

const MOST_SLOT = 31

/** Dismisses a slot with one transaction of the owner. */
export async function volumeDismiss(context: Context, id: string, slotText: string): Promise<undefined> {
  const volumeId = parseVolumeId(id)
  if (volumeId === undefined) throw new StorgoError('REQUEST_INVALID', 'name a volume')
  const slot = parseWhole(slotText, { min: 0, max: MOST_SLOT })
  await confirm(
    context,
    `Dismiss slot ${slot} of volume ${volumeId}? One loss fewer can be borne until it is filled again.`,
  )
  await using session = await openSession(context)
  const { transactionHash, block, gasUsed } = await dismissSlot(session.storgo.chain, { volumeId, slot })
  const text = `Slot ${slot} of volume ${volumeId} is vacant from the next epoch on (${gasUsed} gas).`
  context.output.data('storgo.volume.dismiss/1', { volumeId, slot, transactionHash, block, gasUsed }, text)
  return undefined
}
