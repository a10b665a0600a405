import type { Logger } from '@storgo/sdk'
import type { Output } from '../output.ts'

const ENOUGH = 3

/**
 * The SDK's warnings and errors as lines on stderr, which name the slot and provider that misbehaved. Of many alike (one for
 * each of a thousand reads) only the first few are shown.
 */
export function outputLogger(output: Output): Logger {
  const shown = new Map<string, number>()
  const show = (fields: Record<string, unknown>, message: string): void => {
    const facts = ['slot', 'provider', 'code', 'reason'].filter((name) => fields[name] !== undefined)
    const kind = `${message} ${String(fields['provider'])} ${String(fields['code'])}`
    const count = (shown.get(kind) ?? 0) + 1
    shown.set(kind, count)
    if (count > ENOUGH) return
    output.status('')
    output.warn(`${message} (${facts.map((name) => `${name} ${String(fields[name])}`).join(', ')})`)
  }
  const drop = (): void => {}
  return { debug: drop, info: drop, warn: show, error: show }
}
