import type { Address } from 'viem'

const REGISTERED_MS = 60_000
const STRANGER_MS = 2_000
const MAX_ACCOUNTS = 10_000

/** Who is a registered provider, as far as was asked lately. */
export class ProviderDirectory {
  readonly #known = new Map<Address, { isProvider: boolean; untilMs: number }>()
  readonly #read: (account: Address, options: { signal: AbortSignal }) => Promise<boolean>
  readonly #nowMs: () => number

  constructor(read: (account: Address, options: { signal: AbortSignal }) => Promise<boolean>, nowMs: () => number) {
    this.#read = read
    this.#nowMs = nowMs
  }

  async isProvider(account: Address, options: { signal: AbortSignal }): Promise<boolean> {
    const known = this.#known.get(account)
    if (known !== undefined && known.untilMs > this.#nowMs()) return known.isProvider
    const isProvider = await this.#read(account, options)
    this.#known.delete(account)
    this.#known.set(account, { isProvider, untilMs: this.#nowMs() + (isProvider ? REGISTERED_MS : STRANGER_MS) })
    const oldest = this.#known.size > MAX_ACCOUNTS ? this.#known.keys().next() : undefined
    if (oldest?.done === false) this.#known.delete(oldest.value)
    return isProvider
  }
}
