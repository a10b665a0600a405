import type { CommandFacts } from './command-facts.ts'
import { FACTS_OF_FILES } from './facts-of-files.ts'
import { FACTS_OF_MACHINES } from './facts-of-machines.ts'
import { FACTS_OF_PROVIDERS } from './facts-of-providers.ts'

const FACTS: Readonly<Record<string, CommandFacts>> = { ...FACTS_OF_FILES, ...FACTS_OF_PROVIDERS, ...FACTS_OF_MACHINES }

/** What is known of the command that is typed as `path`. @throws {RangeError} for one that nothing was written down of. */
export function factsOf(path: string): CommandFacts {
  const facts = FACTS[path]
  if (facts) return facts
  throw new RangeError(`nothing is written down of "storgo ${path}": add it to cli/src/reference/facts-of-*.ts`)
}

/** Commands that something was written down of. */
export const KNOWN_PATHS: readonly string[] = Object.keys(FACTS)
