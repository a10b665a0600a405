import type { ErrorCode } from '@storgo/protocol'

/** What the process exits with. The numbers are part of the command line's contract. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  /** No key, wrong password, no access, or not enough money. */
  authOrFunds: 4,
  /** Something that should be there does not answer, or answers wrongly. */
  unhealthy: 5,
  /** Not everything was done in time; running the command again carries on. */
  incomplete: 6,
  interrupted: 130,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const EXIT_OF: Partial<Record<ErrorCode, ExitCode>> = {
  REQUEST_INVALID: EXIT.usage,
  PATH_INVALID: EXIT.usage,
  CONFIG_INVALID: EXIT.usage,
  FILE_NOT_FOUND: EXIT.notFound,
  VOLUME_UNKNOWN: EXIT.notFound,
  SECTOR_NOT_FOUND: EXIT.notFound,
  NETWORK_NOT_FOUND: EXIT.notFound,
  KEY_FILE_MISSING: EXIT.authOrFunds,
  KEY_FILE_EXPOSED: EXIT.authOrFunds,
  KEY_FILE_INVALID: EXIT.authOrFunds,
  PASSWORD_WRONG: EXIT.authOrFunds,
  ACCESS_DENIED: EXIT.authOrFunds,
  HELLO_REFUSED: EXIT.authOrFunds,
  SESSION_KEY_EXPIRED: EXIT.authOrFunds,
  DECRYPTION_FAILED: EXIT.authOrFunds,
  INSUFFICIENT_FUNDS: EXIT.authOrFunds,
  PRICE_TOO_HIGH: EXIT.authOrFunds,
  PEER_UNREACHABLE: EXIT.unhealthy,
  NOT_ENOUGH_SLOTS: EXIT.unhealthy,
  CHAIN_UNREACHABLE: EXIT.unhealthy,
  WRONG_CHAIN: EXIT.unhealthy,
  SECTOR_CORRUPT: EXIT.unhealthy,
  CATALOG_CORRUPT: EXIT.unhealthy,
  TIMED_OUT: EXIT.incomplete,
  // Another device writes, or slots are silent that may hold its unfinished state.
  PEN_TAKEN: EXIT.incomplete,
  PEN_HELD: EXIT.incomplete,
  STATE_UNFINISHED: EXIT.incomplete,
}

/** The exit code for a failure of that name; `failed` for those without one of their own. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  return EXIT_OF[code] ?? EXIT.failed
}
