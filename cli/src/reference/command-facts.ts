import type { SchemaName } from '../schemas/registry.ts'

/** What `--help` does not say of a command. */
export type CommandFacts = {
  /** Records it prints with `--json`; none only where {@link CommandFacts.without} says why. */
  data: readonly SchemaName[]
  without?: string
  /** Exit codes beside those that every command may end with, and what they mean here. */
  exits?: Partial<Record<3 | 4 | 5 | 6, string>>
  /** A line as a user would type it. */
  example: string
}

/** Exit codes of every command; 6 for those that take longer than `--timeout`. */
export const COMMON_EXITS = [0, 1, 2, 6, 130] as const

/** Of commands that open the wallet and ask the chain. */
export const WITH_WALLET = {
  3: 'no network is found, or not what was named',
  4: 'a key, password or money is missing',
  5: 'the chain or too many providers do not answer',
} as const

/** Of commands that ask a running node. */
export const WITH_NODE = {
  3: 'no such provider runs here',
  4: "the node's control token cannot be read",
  5: 'the node does not answer',
} as const
