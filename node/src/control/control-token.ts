import { randomBytes, timingSafeEqual } from 'node:crypto'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'

/** Name of the file below the data folder: whoever may read it may change the running node. */
const CONTROL_TOKEN_FILE = 'control.token'

/** A fresh secret of this run of the node, readable by its user alone. @returns whether a request's `authorization` shows it. */
export async function writeControlToken(dataDir: string): Promise<(authorization: string | undefined) => boolean> {
  const token = randomBytes(32).toString('hex')
  const path = join(dataDir, CONTROL_TOKEN_FILE)
  const unfinished = `${path}.${process.pid}`
  {
    await using file = await open(unfinished, 'w', 0o600)
    await file.writeFile(`${token}\n`)
  }
  await rename(unfinished, path)
  const expected = Buffer.from(`Bearer ${token}`)
  return (authorization = '') => {
    const given = Buffer.from(authorization)
    return given.length === expected.length && timingSafeEqual(given, expected)
  }
}
