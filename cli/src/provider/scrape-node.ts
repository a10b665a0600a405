import { z } from 'zod'

const TIMEOUT_MS = 5_000
const MAX_BYTES = 1 << 22

const readiness = z.looseObject({ checks: z.record(z.string(), z.boolean()) })

/** What a provider's process counts, by name, summed over labels; `undefined` if it does not answer. */
export async function scrapeNode(
  httpUrl: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number> | undefined> {
  const text = await textAt(new URL('/metrics', httpUrl), signal)
  return text === undefined ? undefined : parseMetrics(text)
}

/** Names of what keeps a provider from being ready. */
export async function failingChecks(httpUrl: string, signal: AbortSignal): Promise<string[]> {
  const text = await textAt(new URL('/readyz', httpUrl), signal)
  try {
    const { checks } = readiness.parse(JSON.parse(text ?? ''))
    return Object.entries(checks).flatMap(([name, passed]) => (passed ? [] : [name]))
  } catch {
    return []
  }
}

/** Prometheus's text format: `name{labels} value` in lines; lines that are something else are passed over. */
export function parseMetrics(text: string): Map<string, number> {
  const sums = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, name, value] = /^([a-zA-Z_:][\w:]*)(?:\{.*\})?\s+(\S+)/u.exec(line) ?? []
    const number = Number(value)
    if (name !== undefined && value !== undefined && !Number.isNaN(number))
      sums.set(name, (sums.get(name) ?? 0) + number)
  }
  return sums
}

async function textAt(url: URL, signal: AbortSignal): Promise<string | undefined> {
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
    const response = await fetch(url, { signal: within })
    const text = await response.text()
    return text.length > MAX_BYTES ? undefined : text
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}
