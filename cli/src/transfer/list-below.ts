import type { FileInfo, VolumeClient } from '@storgo/sdk'

const PAGE_ENTRIES = 1_000

/** Every file below a remote folder ('' for all of the volume), in bytewise order of paths. */
export async function* listBelow(volume: VolumeClient, folder: string, signal: AbortSignal): AsyncGenerator<FileInfo> {
  const prefix = folder === '' ? '' : `${folder}/`
  let after: string | undefined
  for (;;) {
    const page = await volume.list({ prefix, limit: PAGE_ENTRIES, signal, ...(after !== undefined && { after }) })
    yield* page
    after = page.at(-1)?.path
    if (page.length < PAGE_ENTRIES) return
  }
}
