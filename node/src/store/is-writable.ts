import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Whether the data directory can still be written, which a full, failed or unmounted disk cannot. */
export async function isWritable(dataDir: string): Promise<boolean> {
  const probe = join(dataDir, '.writable')
  try {
    await writeFile(probe, 'x', { mode: 0o600 })
    await rm(probe, { force: true })
    return true
  } catch {
    return false
  }
}
