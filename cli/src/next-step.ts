import type { ErrorCode, ErrorDetails } from '@storgo/protocol'

type Step = string | ((details: ErrorDetails) => string)

const STEPS: Partial<Record<ErrorCode, Step>> = {
  NETWORK_NOT_FOUND: 'storgo dev up',
  ALREADY_RUNNING: 'storgo dev status',
  CHAIN_UNREACHABLE: 'storgo dev status',
  PEER_UNREACHABLE: 'storgo node status',
  NOT_ENOUGH_SLOTS: 'storgo node status',
  KEY_FILE_MISSING: 'storgo init',
  KEY_FILE_EXPOSED: ({ path }) => `chmod 600 ${shellWord(String(path ?? 'FILE'))}`,
  PASSWORD_WRONG: 'storgo <command> --password-file FILE',
  INSUFFICIENT_FUNDS: ({ account, sender }) => `storgo dev fund ${account ?? sender ?? ''}`.trimEnd(),
  PRICE_TOO_HIGH: 'storgo volume quote',
  VOLUME_UNKNOWN: 'storgo volume ls',
  VOLUME_CLOSED: 'storgo volume ls',
  VOLUME_FULL: ({ retained }) =>
    Number(retained ?? 0) > 0 ? 'storgo volume compact --release' : 'storgo volume open --size 2GiB',
  FILE_NOT_FOUND: 'storgo ls',
  FILE_EXISTS: 'storgo get … --force',
  RESUME_INVALID: 'storgo get … without --resume',
  PEN_TAKEN: 'the same command again',
  PEN_HELD: 'the same command again',
  CONFIG_INVALID: 'storgo --help',
  WRONG_CHAIN: 'storgo dev status',
  TIMED_OUT: 'the same command with a longer --timeout',
}

/** The exact next command after a failure of that name, if one helps more often than not. */
export function nextStep(code: ErrorCode, details: ErrorDetails): string | undefined {
  if (typeof details['next'] === 'string') return details['next']
  const step = STEPS[code]
  return typeof step === 'function' ? step(details) : step
}

/** `text` as one word of a POSIX shell. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/u.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
