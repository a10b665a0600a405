import type { Stage } from './stages.ts'

export type Totals = { passed: number; failed: number; skipped: number }

const last = (output: string, pattern: RegExp): number | undefined => {
  const found = [...output.matchAll(pattern)].at(-1)?.[1]
  return found === undefined ? undefined : Number(found)
}

/**
 * Reads how many tests a stage ran from what it printed. A stage that exited with an error has at least one failure,
 * and one that should count tests but ran none has failed: nothing may pass by not running.
 */
export function countResults(counts: Stage['counts'], output: string, exitCode: number): Totals {
  if (counts === 'exit') return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: 0 }
  const totals =
    counts === 'node'
      ? {
          passed: last(output, /^# pass (\d+)$/gm) ?? 0,
          failed: (last(output, /^# fail (\d+)$/gm) ?? 0) + (last(output, /^# cancelled (\d+)$/gm) ?? 0),
          skipped: (last(output, /^# skipped (\d+)$/gm) ?? 0) + (last(output, /^# todo (\d+)$/gm) ?? 0),
        }
      : {
          passed: last(output, /(\d+) passing/g) ?? 0,
          failed: last(output, /(\d+) failing/g) ?? 0,
          skipped: (last(output, /(\d+) skipped/g) ?? 0) + (last(output, /(\d+) todo/g) ?? 0),
        }
  const ranNothing = totals.passed + totals.failed === 0
  if (totals.failed === 0 && (exitCode !== 0 || ranNothing)) totals.failed = 1
  return totals
}
