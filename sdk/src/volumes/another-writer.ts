import { type ErrorCode, isStorgoError, StorgoError } from '@storgo/protocol'

/** What slots answer a writer that they have moved on without. */
const OF_ANOTHER_WRITER: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PEN_TAKEN',
  'STATE_STALE',
  'STATE_UNFINISHED',
  'REFUSALS_MISSING',
])

/** Whether a slot's refusal of a write shows that another writer has been there. */
export function isOfAnotherWriter(error: unknown): boolean {
  return isStorgoError(error) && OF_ANOTHER_WRITER.has(error.code)
}

/** The pen of `term` is lost: whoever goes on takes it anew and begins with what the volume holds then. */
export function penTaken({ volumeId, term, cause }: { volumeId: bigint; term: bigint; cause?: unknown }): StorgoError {
  const message = `another writer has taken the pen of volume ${volumeId}`
  return new StorgoError('PEN_TAKEN', message, { volumeId, term }, { cause })
}
