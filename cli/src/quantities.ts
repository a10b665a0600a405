import { type ErrorDetails, StorgoError } from '@storgo/protocol'

const STOR_DECIMALS = 18
const BYTE_UNITS = { B: 0, KiB: 1, MiB: 2, GiB: 3, TiB: 4 } as const
const TIME_UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const
/** A longer timer would end at once. */
const MOST_TIMER_MS = 2 ** 31 - 1
/** In the smallest unit: no token has a million million whole ones, and what adds up a few of these fits 256 bits. */
const MOST_AMOUNT = 10n ** 30n

/** `1.50 GiB`: binary units, two decimals above 1 KiB. */
export function formatBytes(bytes: number): string {
  let value = bytes
  for (const unit of ['B', 'KiB', 'MiB', 'GiB'] as const) {
    if (value < 1024) return unit === 'B' ? `${value} B` : `${value.toFixed(2)} ${unit}`
    value /= 1024
  }
  return `${value.toFixed(2)} TiB`
}

/** Bytes of `512MiB`, `1GiB`, `4096`, within bounds. @throws {StorgoError} `REQUEST_INVALID`. */
export function parseBytes(text: string, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}): number {
  const match = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|TiB)?$/u.exec(text)
  const bytes =
    match === null ? Number.NaN : Number(match[1]) * 1024 ** BYTE_UNITS[(match[2] ?? 'B') as keyof typeof BYTE_UNITS]
  if (!Number.isSafeInteger(bytes)) throw invalid(`"${text}" is not a size such as 4096, 512MiB or 1GiB`)
  if (bytes < min || bytes > max)
    throw invalid(`"${text}" is not from ${formatBytes(min)} to ${formatBytes(max)}`, { min, max })
  return bytes
}

/**
 * Milliseconds of `90s`, `5m`, `250ms`; a bare number is seconds.
 * @param maxMs by default as long as a timer can run.
 * @throws {StorgoError} `REQUEST_INVALID`.
 */
export function parseDuration(text: string, { maxMs = MOST_TIMER_MS } = {}): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/u.exec(text)
  if (match === null) throw invalid(`"${text}" is not a duration such as 30s or 5m`)
  const ms = Math.round(Number(match[1]) * TIME_UNITS[(match[2] ?? 's') as keyof typeof TIME_UNITS])
  if (ms > maxMs) throw invalid(`"${text}" is longer than ${Math.floor(maxMs / TIME_UNITS.h)}h`, { maxMs })
  return ms
}

/** A whole number within bounds. @throws {StorgoError} `REQUEST_INVALID`. */
export function parseWhole(text: string, { min, max }: { min: number; max: number }): number {
  const value = /^\d+$/u.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max)) throw invalid(`"${text}" is not a whole number from ${min} to ${max}`)
  return value
}

/** `12.5 STOR` for 12.5 × 10^18 of the smallest unit: all decimals that are there, none that are not. */
export function formatStor(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(STOR_DECIMALS + 1, '0')
  const whole = digits.slice(0, -STOR_DECIMALS)
  const fraction = digits.slice(-STOR_DECIMALS).replace(/0+$/u, '')
  return `${amount < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`} STOR`
}

/**
 * Smallest units of `12.5`, an amount in STOR (or ETH, which has as many decimals).
 * @param bounds in the smallest unit.
 * @throws {StorgoError} `REQUEST_INVALID`.
 */
export function parseStor(text: string, { min = 0n, max = MOST_AMOUNT } = {}): bigint {
  const match = /^(\d+)(?:\.(\d{1,18}))?$/u.exec(text)
  if (match === null) throw invalid(`"${text}" is not an amount such as 1000 or 0.5`)
  const amount = BigInt(`${match[1]}${(match[2] ?? '').padEnd(STOR_DECIMALS, '0')}`)
  const written = (bound: bigint) => formatStor(bound).replace(' STOR', '')
  if (amount > max) throw invalid(`"${text}" is too much: the largest is ${written(max)}`, { max })
  if (amount < min) throw invalid(`"${text}" is too little: the smallest is ${written(min)}`, { min })
  return amount
}

function invalid(message: string, details: ErrorDetails = {}): StorgoError {
  return new StorgoError('REQUEST_INVALID', message, details)
}
