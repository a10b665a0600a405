import { resolve } from 'node:path'
import { formatRecoveryCard } from '@storgo/sdk'
import { createSecretFile } from '@storgo/sdk/key-file'
import { confirm } from '../confirm.ts'
import type { Context } from '../context.ts'
import { openSession } from '../profile/session.ts'
import type { CardFlags } from '../tree/recovery-commands.ts'

/** Prints the recovery card, or writes it to a file that only its owner can read. */
export async function recoveryCard(context: Context, flags: CardFlags): Promise<undefined> {
  const { output, cwd } = context
  await using session = await openSession(context)
  const { storgo, masterKey, rpcUrl } = session
  const path = flags.out === undefined ? undefined : resolve(cwd, flags.out)
  if (path === undefined)
    await confirm(context, 'The card is secret: whoever sees it can read all your files. Print it here?')
  const volumeIds = await session.volumeIds()
  const madeOn = new Date().toISOString().slice(0, 10)
  const card = formatRecoveryCard({ masterKey, deployment: storgo.chain.deployment, rpcUrl, volumeIds, madeOn })
  if (path === undefined) {
    output.data('storgo.recovery.card/1', { card, volumeIds }, card)
    return undefined
  }
  await createSecretFile(path, card)
  output.data(
    'storgo.recovery.card/1',
    { file: path, volumeIds },
    `Wrote the recovery card to ${path}. Print it, and delete the file.`,
  )
  return undefined
}
