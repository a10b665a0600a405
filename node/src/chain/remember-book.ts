import { isStorgoError } from '@storgo/protocol'
import type { BookEntry } from '../prover/proof-chain.ts'

type ReadBook = (options: { signal: AbortSignal }) => Promise<readonly BookEntry[]>

/** Reads the book, or while the chain does not answer shows it as it was read last. */
export function rememberBook(readBook: ReadBook): ReadBook {
  let last: readonly BookEntry[] = []
  return async (options) => {
    try {
      last = await readBook(options)
    } catch (error) {
      if (!options.signal.aborted && !isStorgoError(error, 'CHAIN_UNREACHABLE')) throw error
    }
    return last
  }
}
