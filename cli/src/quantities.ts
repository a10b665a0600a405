import { StorgoError } from '@storgo/protocol'

const STOR_DECIMALS = 18
const BYTE_UNITS = { B: 0, KiB: 1, MiB: 2, GiB: 3, TiB: 4 } as const
const TIME_UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const

/** `1.50 GiB`: binary units, two decimals above 1 KiB. */
export function formatBytes(bytes: number): string {
  let value = bytes
  for (const unit of ['B', 'KiB', 'MiB', 'GiB'] as const) {
    if (value < 1024) return unit === 'B' ? `${value} B` : `${value.toFixed(2)} ${unit}`
    value /= 1024
  }
  return `${value.toFixed(2)} TiB`
}

/** Bytes of `512MiB`, `1GiB`, `4096`. @throws {StorgoError} `REQUEST_INVALID`. */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(B|KiB|MiB|GiB|TiB)?$/u.exec(text)
  const bytes =
    match === null ? Number.NaN : Number(match[1]) * 1024 ** BYTE_UNITS[(match[2] ?? 'B') as keyof typeof BYTE_UNITS]
  if (!Number.isSafeInteger(bytes)) throw invalid(`"${text}" is not a size such as 4096, 512MiB or 1GiB`)
  return bytes
}

/** Milliseconds of `90s`, `5m`, `250ms`; a bare number is seconds. @throws {StorgoError} `REQUEST_INVALID`. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/u.exec(text)
  if (match === null) throw invalid(`"${text}" is not a duration such as 30s or 5m`)
  return Math.round(Number(match[1]) * TIME_UNITS[(match[2] ?? 's') as keyof typeof TIME_UNITS])
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

/** Smallest units of `12.5`, an amount in STOR (or ETH, which has as many decimals). @throws {StorgoError} `REQUEST_INVALID`. */
export function parseStor(text: string): bigint {
  const match = /^(\d+)(?:\.(\d{1,18}))?$/u.exec(text)
  if (match === null) throw invalid(`"${text}" is not an amount such as 1000 or 0.5`)
  return BigInt(`${match[1]}${(match[2] ?? '').padEnd(STOR_DECIMALS, '0')}`)
}

function invalid(message: string): StorgoError {
  return new StorgoError('REQUEST_INVALID', message)
}
