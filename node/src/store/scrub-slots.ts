import { setTimeout as sleep } from 'node:timers/promises'
import { isStorgoError, SECTOR_BYTES } from '@storgo/protocol'
import type { IndexDatabase } from './index-database.ts'
import { numberOfKey, pageKey, rangeOf } from './keys.ts'
import type { OpenViews } from './open-views.ts'
import { EMPTY_PAGE, entryAt, NO_CELL, NO_PATCH, PAGE_SECTORS, type SectorContent } from './sector-page.ts'
import type { SectorReader } from './sector-reader.ts'
import type { ScrubOptions, SlotRef } from './slot-store.ts'

export type StoredSector = { ref: SlotRef; sector: number; content: SectorContent }
export type SlotSectorsParts = { index: IndexDatabase; views: OpenViews; slots: readonly SlotRef[] }

/** Reads every sector of both states from the disk, at a leisurely pace. */
export async function scrubSlots(
  parts: SlotSectorsParts & { reader: SectorReader },
  options: ScrubOptions,
): Promise<void> {
  const { signal, onCorrupt } = options
  for await (const { ref, sector, content, index } of storedSectors(parts)) {
    if (signal.aborted) return
    const startedMs = performance.now()
    try {
      await parts.reader.read(index, content)
    } catch (error) {
      if (!isStorgoError(error, 'SECTOR_CORRUPT')) throw error
      onCorrupt({ ref, sector })
    }
    const leftMs = (SECTOR_BYTES / options.bytesPerSecond) * 1000 - (performance.now() - startedMs)
    // Aborting ends the pause; the loop sees it next.
    if (leftMs > 0) await sleep(leftMs, undefined, { signal }).catch(() => {})
  }
}

/** Every written sector of every slot, as the newest state and as the certified one have it. While one is looked at its cell stays. */
export async function* storedSectors({
  index,
  views,
  slots,
}: SlotSectorsParts): AsyncGenerator<StoredSector & { index: Pick<IndexDatabase, 'get'> }> {
  for (const ref of slots) {
    for (const page of await pagesOf(index, ref)) {
      for (let at = 0; at < PAGE_SECTORS; at++) {
        const view = views.open()
        using snapshot = index.snapshot()
        try {
          const seen = new Set<string>()
          for (const kind of ['page', 'undo'] as const) {
            const content = entryAt(snapshot.get(pageKey(kind, ref, page)) ?? EMPTY_PAGE, at)
            const place = `${content.cell}/${content.patch}`
            if ((content.cell === NO_CELL && content.patch === NO_PATCH) || seen.has(place)) continue
            seen.add(place)
            yield { ref, sector: page * PAGE_SECTORS + at, content, index: snapshot }
          }
        } finally {
          views.close(view)
        }
      }
    }
  }
}

async function pagesOf(index: IndexDatabase, ref: SlotRef): Promise<Set<number>> {
  const pages = new Set<number>()
  for (const kind of ['page', 'undo'] as const) {
    for await (const [key] of index.entries(rangeOf(kind, ref))) pages.add(numberOfKey(key))
  }
  return pages
}
