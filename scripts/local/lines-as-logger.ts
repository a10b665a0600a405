import type { Logger } from '@storgo/sdk'

/** Shows warnings and errors of the SDK as lines; the rest is for those who look for it. */
export function linesAsLogger(say: (line: string) => void): Logger {
  const show = (fields: Record<string, unknown>, message: string): void => {
    const facts = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`)
    say(`warning: ${message} (${facts.join(' ')})`)
  }
  const drop = (): void => {}
  return { debug: drop, info: drop, warn: show, error: show }
}
