import { concatBytes, HASH_BYTES, StorgoError } from '@storgo/protocol'
import { SlotFrontier } from './slot-frontier.ts'

/**
 * The catalog's entry of the slots' frontiers: `[sectors, peaks]`, docs/protocol/types.md section 10. It covers full
 * stripes before the catalog's own nodes, which never change, so an old one is not wrong: it only leaves more stripes
 * to be read again. With it a writer can append while up to m slots are dead and nobody could tell their roots.
 */
export const FRONTIERS_KEY = Uint8Array.of(0x72)

export type FrontiersValue = readonly [number, Uint8Array]

/** @param frontiers one per slot, over the same sectors. */
export function frontiersValue(frontiers: readonly SlotFrontier[]): FrontiersValue {
  return [frontiers[0]?.count ?? 0, concatBytes(...frontiers.map((frontier) => frontier.peaks()))]
}

/**
 * @param value as read from the catalog; absent in a volume whose writer kept none.
 * @param most sectors per slot that the volume has.
 * @throws {StorgoError} `CATALOG_CORRUPT`.
 */
export function frontiersOf(value: unknown, { n, most }: { n: number; most: number }): SlotFrontier[] {
  if (value === undefined) return Array.from({ length: n }, () => new SlotFrontier())
  if (!Array.isArray(value) || value.length !== 2) throw corrupt('it is no pair')
  const [sectors, peaks]: unknown[] = value
  if (typeof sectors !== 'number' || !Number.isSafeInteger(sectors) || sectors < 0 || sectors > most) {
    throw corrupt('it covers more sectors than there are')
  }
  const each = HASH_BYTES * sectors.toString(2).replaceAll('0', '').length
  if (!(peaks instanceof Uint8Array) || peaks.length !== n * each)
    throw corrupt('its peaks are not those of its sectors')
  return Array.from({ length: n }, (_, slot) =>
    SlotFrontier.of(sectors, peaks.subarray(slot * each, (slot + 1) * each)),
  )
}

function corrupt(why: string): StorgoError {
  return new StorgoError('CATALOG_CORRUPT', `the catalog's entry of the frontiers is malformed: ${why}`)
}
