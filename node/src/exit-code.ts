import { type ErrorCode, isStorgoError } from '@storgo/protocol'

// The command line's exit codes, so that both programs mean the same by them.
/** Wrong arguments or settings. */
export const USAGE = 2
const AUTH_OR_FUNDS = 4
const UNHEALTHY = 5
const FAILED = 1

const EXIT_OF: Partial<Record<ErrorCode, number>> = {
  CONFIG_INVALID: USAGE,
  KEY_FILE_MISSING: AUTH_OR_FUNDS,
  KEY_FILE_EXPOSED: AUTH_OR_FUNDS,
  KEY_FILE_INVALID: AUTH_OR_FUNDS,
  PASSWORD_WRONG: AUTH_OR_FUNDS,
  CHAIN_UNREACHABLE: UNHEALTHY,
  WRONG_CHAIN: UNHEALTHY,
  STORE_UNREADABLE: UNHEALTHY,
}

/** What the process exits with when it ended for this reason. */
export function exitCodeOf(error: unknown): number {
  return (isStorgoError(error) ? EXIT_OF[error.code] : undefined) ?? FAILED
}
