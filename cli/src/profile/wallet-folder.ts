import { rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { StorgoError } from '@storgo/protocol'

/** The files of a wallet's folder. `deployment` is there only where the network is not the local one. */
export const WALLET_NAMES = {
  profile: 'profile.json',
  key: 'wallet.json',
  envelope: 'master-key.json',
  password: 'wallet.password',
  deployment: 'deployment.json',
} as const

/** Moves a wallet that is there aside, under names that tell when; keys are never deleted. @throws {StorgoError} `FILE_EXISTS`. */
export async function makeRoom(folder: string, force: boolean): Promise<void> {
  for (const name of Object.values(WALLET_NAMES)) {
    const path = join(folder, name)
    const there = await stat(path).then(
      () => true,
      () => false,
    )
    if (there && !force)
      throw new StorgoError('FILE_EXISTS', `there is a wallet in ${folder} already`, {
        path,
        next: 'the same command with --folder FOLDER',
      })
    if (there) await rename(path, `${path}.${new Date().toISOString().replaceAll(':', '-')}.old`)
  }
}
