import type { FileInfo, VolumeClient } from '@storgo/sdk'

const PAGE_ENTRIES = 256
/** Sorts after every path that continues with `/`: a component never begins with the highest code point twice. */
const PAST_FOLDER = '/\u{10ffff}\u{10ffff}'

/** A folder in a listing: there is only what lies below it. `path` ends in `/`. */
export type FolderInfo = { path: string }

/** What is directly in a remote folder ('' for the root): its files, and its folders without what is below them. */
export async function* listFolder(
  volume: VolumeClient,
  folder: string,
  signal: AbortSignal,
): AsyncGenerator<FileInfo | FolderInfo> {
  const prefix = folder === '' ? '' : `${folder}/`
  let after: string | undefined
  for (;;) {
    const page = await volume.list({ prefix, limit: PAGE_ENTRIES, signal, ...(after !== undefined && { after }) })
    let jumped = false
    for (const file of page) {
      const slash = file.path.indexOf('/', prefix.length)
      if (slash === -1) {
        yield file
        after = file.path
        continue
      }
      yield { path: file.path.slice(0, slash + 1) }
      // One look-up past the folder, however much is in it.
      after = file.path.slice(0, slash) + PAST_FOLDER
      jumped = true
      break
    }
    if (!jumped && page.length < PAGE_ENTRIES) return
  }
}
