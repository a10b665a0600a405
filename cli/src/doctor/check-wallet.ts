import { isStorgoError } from '@storgo/protocol'
import { readPasswordFile } from '@storgo/sdk/key-file'
import type { Context } from '../context.ts'
import { findLocalNetwork } from '../local-network/find.ts'
import { nextStep } from '../next-step.ts'
import { type Profile, profilePath, readProfile } from '../profile/profile-file.ts'
import { openWallet } from '../profile/wallet.ts'
import { checkPrivate } from './check-private.ts'
import { type Diagnosis, ill, well } from './diagnosis.ts'

/** The profile (absent: the demo account of a local network), its files, and whether the password opens them. */
export async function checkWallet(context: Context): Promise<{ diagnoses: Diagnosis[]; profile: Profile | undefined }> {
  const { path } = profilePath(context)
  const diagnoses: Diagnosis[] = []
  const profile = await readProfile(context).catch((error: Error) => {
    diagnoses.push(ill('profile', error.message, 'storgo init'))
    return undefined
  })
  if (diagnoses.length > 0) return { diagnoses, profile }
  if (profile === undefined) {
    const demo = demoAccount(context)
    if (demo === undefined) return { diagnoses: [ill('profile', `there is none at ${path}`, 'storgo init')], profile }
    diagnoses.push(well('profile', `none at ${path}; the demo account of the local network is used`))
    return { diagnoses: [...diagnoses, ...(await checkFiles(demo))], profile }
  }
  diagnoses.push(await checkPrivate('profile', path, 'storgo init'))
  return { diagnoses: [...diagnoses, ...(await checkFiles(profile))], profile }
}

async function checkFiles({ keyFile, passwordFile, envelopeFile }: Profile): Promise<Diagnosis[]> {
  const files = [
    await checkPrivate('key file', keyFile, 'storgo recover'),
    await checkPrivate('master key', envelopeFile, 'storgo recover'),
    ...(passwordFile === undefined
      ? []
      : [await checkPrivate('password file', passwordFile, 'storgo doctor --password-file FILE')]),
  ]
  if (passwordFile === undefined) return [...files, well('password', 'it is asked for at every use')]
  if (files.some(({ ok }) => !ok)) return files
  try {
    const { account } = await openWallet({ keyFile, envelopeFile }, await readPasswordFile(passwordFile))
    return [...files, well('wallet', `its password opens it: ${account.address}`)]
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const next = isStorgoError(error) ? nextStep(error.code, error.details) : undefined
    return [...files, ill('wallet', message, next ?? 'storgo recover')]
  }
}

function demoAccount({ cwd }: Context): Profile | undefined {
  try {
    const { keyFile, passwordFile, envelopeFile } = findLocalNetwork(cwd).accounts.demo
    return { keyFile, passwordFile, envelopeFile }
  } catch {
    return undefined
  }
}
