import { isStorgoError } from '@storgo/protocol'
import { nextStep } from '../next-step.ts'

/** One thing that was looked at: how it is, and what to do if it is not well. */
export type Finding = {
  area: 'chain' | 'node' | 'volume'
  subject: string
  ok: boolean
  /** What was found, in a few words. */
  state: string
  /** The next command; empty where none helps. */
  next: string
}

/** That something could not be looked at. */
export function failedFinding(area: Finding['area'], subject: string, error: unknown): Finding {
  const state = error instanceof Error ? error.message : String(error)
  const next = isStorgoError(error) ? (nextStep(error.code, error.details) ?? '') : ''
  return { area, subject, ok: false, state, next }
}

/** Findings as lines, with the next command below each that is not well. */
export function describeFindings(findings: readonly { subject: string; ok: boolean; state: string; next: string }[]) {
  const column = Math.max(0, ...findings.map(({ subject }) => subject.length))
  return findings
    .flatMap(({ ok, subject, state, next }) => [
      `${ok ? '✔' : '✖'} ${subject.padEnd(column)}  ${state}`,
      ...(ok || next === '' ? [] : [`  ${''.padEnd(column)}  next: ${next}`]),
    ])
    .join('\n')
}
