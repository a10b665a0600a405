/** When it makes sense to try again after an error: `elsewhere` means with another provider. */
export type Retry = 'never' | 'later' | 'elsewhere'

/** Every failure Storgo can name. `wire` numbers are permanent: never reuse or renumber one. */
export const ERRORS = {
  INTERNAL: { wire: 1, retry: 'elsewhere' },
  REQUEST_INVALID: { wire: 2, retry: 'never' },
  SECTOR_NOT_FOUND: { wire: 3, retry: 'elsewhere' },
  PROVIDER_BUSY: { wire: 4, retry: 'later' },
  HELLO_REQUIRED: { wire: 5, retry: 'never' },
  HELLO_REFUSED: { wire: 6, retry: 'never' },
  WRONG_CHAIN: { wire: 7, retry: 'never' },
  VERSION_UNSUPPORTED: { wire: 8, retry: 'never' },
  VOLUME_UNKNOWN: { wire: 9, retry: 'never' },
  SLOT_NOT_HELD: { wire: 10, retry: 'elsewhere' },
  ACCESS_DENIED: { wire: 11, retry: 'never' },
  STATE_STALE: { wire: 12, retry: 'later' },
  STATE_ROOT_MISMATCH: { wire: 13, retry: 'never' },
  STATE_SIGNATURE_INVALID: { wire: 14, retry: 'never' },
  SESSION_KEY_EXPIRED: { wire: 15, retry: 'never' },
  VOLUME_FULL: { wire: 16, retry: 'never' },
  CERTIFICATE_INVALID: { wire: 17, retry: 'never' },
  UPLOAD_UNKNOWN: { wire: 18, retry: 'later' },
  SECTOR_CORRUPT: { wire: 19, retry: 'elsewhere' },
  MESSAGE_TOO_LARGE: { wire: 20, retry: 'never' },
  DISK_FULL: { wire: 21, retry: 'elsewhere' },
  STATE_UNFINISHED: { wire: 22, retry: 'later' },
  HEAD_INVALID: { wire: 23, retry: 'never' },
  TIMED_OUT: { wire: 24, retry: 'elsewhere' },
  PEER_UNREACHABLE: { wire: 25, retry: 'elsewhere' },
  NOT_ENOUGH_SLOTS: { wire: 26, retry: 'later' },
  PROOF_INVALID: { wire: 27, retry: 'elsewhere' },
  FILE_NOT_FOUND: { wire: 28, retry: 'never' },
  PATH_INVALID: { wire: 29, retry: 'never' },
  FILE_EXISTS: { wire: 30, retry: 'never' },
  KEY_FILE_MISSING: { wire: 31, retry: 'never' },
  KEY_FILE_EXPOSED: { wire: 32, retry: 'never' },
  KEY_FILE_INVALID: { wire: 33, retry: 'never' },
  PASSWORD_WRONG: { wire: 34, retry: 'never' },
  CONFIG_INVALID: { wire: 35, retry: 'never' },
  INSUFFICIENT_FUNDS: { wire: 36, retry: 'never' },
  TRANSACTION_FAILED: { wire: 37, retry: 'never' },
  PRICE_TOO_HIGH: { wire: 38, retry: 'never' },
  CATALOG_CORRUPT: { wire: 39, retry: 'never' },
  DECRYPTION_FAILED: { wire: 40, retry: 'never' },
  NETWORK_NOT_FOUND: { wire: 41, retry: 'never' },
  ALREADY_RUNNING: { wire: 42, retry: 'never' },
  VOLUME_CLOSED: { wire: 43, retry: 'never' },
  CHAIN_UNREACHABLE: { wire: 44, retry: 'later' },
  MANIFEST_CORRUPT: { wire: 45, retry: 'never' },
  PEN_TAKEN: { wire: 46, retry: 'later' },
  PEN_HELD: { wire: 47, retry: 'later' },
  STRIPE_RETAINED: { wire: 48, retry: 'never' },
  STORE_READ_ONLY: { wire: 49, retry: 'elsewhere' },
  REFUSALS_MISSING: { wire: 50, retry: 'never' },
  RESUME_INVALID: { wire: 51, retry: 'never' },
  STORE_UNREADABLE: { wire: 52, retry: 'elsewhere' },
  PEER_BANNED: { wire: 53, retry: 'elsewhere' },
} as const satisfies Record<string, { wire: number; retry: Retry }>

export type ErrorCode = keyof typeof ERRORS
export type ErrorDetails = Record<string, string | number | bigint>

/** A failure with a permanent name. Callers branch on `code`, never on the text. */
export class StorgoError extends Error {
  override readonly name = 'StorgoError'
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.details = details
  }
}

/** Whether `error` is a {@link StorgoError}, and of that `code` where one is given. */
export function isStorgoError(error: unknown, code?: ErrorCode): error is StorgoError {
  return error instanceof StorgoError && (code === undefined || error.code === code)
}

const codeOfWire = new Map<number, ErrorCode>(
  Object.entries(ERRORS).map(([code, { wire }]) => [wire, code as ErrorCode]),
)

/** The code with that wire number; an unknown one (a newer peer's) is `INTERNAL`. */
export function errorCodeOfWire(wire: number): ErrorCode {
  return codeOfWire.get(wire) ?? 'INTERNAL'
}
