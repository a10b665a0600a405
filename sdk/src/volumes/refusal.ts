import { type ErrorCode, isStorgoError, StorgoError } from '@storgo/protocol'

/** What a slot may answer that says something of the request, not of the slot. */
const ABOUT_US: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'HELLO_REFUSED',
  'WRONG_CHAIN',
  'VERSION_UNSUPPORTED',
  'VOLUME_UNKNOWN',
  'ACCESS_DENIED',
  'STATE_STALE',
  'STATE_ROOT_MISMATCH',
  'STATE_SIGNATURE_INVALID',
  'STATE_UNFINISHED',
  'SESSION_KEY_EXPIRED',
  'VOLUME_FULL',
  'VOLUME_CLOSED',
  'CERTIFICATE_INVALID',
  'HEAD_INVALID',
])

/** The numbers behind a `NOT_ENOUGH_SLOTS`. `what`: "answered with its last state", "took this write", … */
export type Shortage = { volumeId: bigint; slots: number; good: number; needed: number; what: string }

/**
 * The error for an operation for which too few slots were good: what the others refused with when all of them named
 * the same reason and it lies with the request, else `NOT_ENOUGH_SLOTS`.
 */
export function refusalOf(errors: readonly unknown[], { volumeId, slots, good, needed, what }: Shortage): StorgoError {
  const [first] = errors
  const same = isStorgoError(first) && errors.every((error) => isStorgoError(error, first.code))
  if (same && ABOUT_US.has(first.code) && errors.length > slots - needed) return first
  return new StorgoError(
    'NOT_ENOUGH_SLOTS',
    `${good} of the volume's ${slots} slots ${what} and ${needed} are needed`,
    { volumeId, slots, good, needed },
    { cause: first },
  )
}
