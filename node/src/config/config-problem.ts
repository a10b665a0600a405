/** One thing that is wrong with a configuration. */
export type ConfigProblem = {
  /** The setting, or the name that is none. */
  setting: string
  /** Path of the file, name of the variable or the flag that it is in; undefined if it is missing everywhere. */
  source?: string
  /** From 1; only where the parser knows it. */
  line?: number
  /** What is wrong, as a clause: `expected a whole number from 0 to 65535`. Never the value, which may hold a secret. */
  reason: string
  /** The name that was probably meant. */
  nearest?: string
}

/** A problem as one sentence. */
export function describeProblem({ setting, source, line, reason, nearest }: ConfigProblem): string {
  const place = source === undefined ? '' : ` (${line === undefined ? source : `${source}, line ${line}`})`
  return `Setting ${setting}${place}: ${reason}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`
}
