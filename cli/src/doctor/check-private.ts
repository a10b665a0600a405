import { constants } from 'node:fs'
import { access, chmod, stat } from 'node:fs/promises'
import { type Diagnosis, ill, well } from './diagnosis.ts'

const FOR_OTHERS = 0o077

/**
 * Whether a file, or a folder, is there, can be read (a folder also be written in), and is its owner's alone.
 * @param missing the next command where it is not there.
 */
export async function checkPrivate(subject: string, path: string, missing: string): Promise<Diagnosis> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error)
  if (found instanceof Error)
    return ill(subject, found.code === 'ENOENT' ? `${path} is not there` : found.message, missing)
  const folder = found.isDirectory()
  const mode = found.mode & 0o777
  // Windows has no such bits and reports them all as set.
  if (process.platform !== 'win32' && (mode & FOR_OTHERS) !== 0) {
    const wanted = folder ? 0o700 : 0o600
    const state = `${path} is open to others (mode ${mode.toString(8)})`
    return ill(subject, state, `chmod ${wanted.toString(8)} ${path}`, () => chmod(path, wanted))
  }
  const need = folder ? constants.R_OK | constants.W_OK | constants.X_OK : constants.R_OK
  const refused = await access(path, need).then(
    () => false,
    () => true,
  )
  if (refused) return ill(subject, `${path} cannot be ${folder ? 'written' : 'read'}`, `ls -ld ${path}`)
  return well(subject, path)
}
