import type { PeerResponseEvent, QueryErrorEvent, QueryEvent, ValueEvent } from '@libp2p/kad-dht'
import type { SigningDomain } from '@storgo/protocol'
import type { Address } from 'viem'
import type { PeerAddress } from '../net/peer-address.ts'
import { openAddressRecord } from './address-record.ts'

/** A lookup is over once so many peers have shown the same newest record. */
const AGREEING = 3
/** Kinds of errors that are told apart; the rest count as `others`. */
const MAX_KINDS = 8
/** The name of kad-dht's error about a record that its validator refused: the peer has answered. */
const REFUSED = 'QueryError'

/** What matters here of a query's events. */
type Told =
  | Pick<PeerResponseEvent, 'name' | 'record'>
  | Pick<ValueEvent, 'name' | 'value'>
  | Pick<QueryErrorEvent, 'name' | 'error'>
  | { name: Exclude<QueryEvent['name'], 'PEER_RESPONSE' | 'VALUE' | 'QUERY_ERROR'> }

/** Why a lookup was in vain; of several reasons the first of these. */
export type FruitlessReason =
  /** There was nobody to ask. */
  | 'alone'
  /** The deadline came, or whoever asked gave up. */
  | 'out-of-time'
  /** Nobody who was asked answered. */
  | 'unanswered'
  /** There were records, but none that is good. */
  | 'invalid'
  /** Those who answered keep none. */
  | 'not-kept'

export type FruitlessLookup = {
  operator: Address
  reason: FruitlessReason
  /** Times that the query was made. */
  attempts: number
  /** Answers, over all attempts. */
  answered: number
  /** Records that were not the operator's, not signed or expired. */
  invalid: number
  /** Peers that did not answer, by the name of the error. */
  errors: Readonly<Record<string, number>>
  ms: number
}

/** What one lookup of an operator's address has been told so far, over all its attempts. */
export class AddressLookup {
  readonly #expected: { operator: Address; domain: SigningDomain }
  readonly #startedMs = performance.now()
  readonly #errors: Record<string, number> = {}
  #newest: { sequence: bigint; address: PeerAddress; seen: number } | undefined
  #attempts = 0
  #answered = 0
  #invalid = 0
  #errorsBefore = 0

  constructor(expected: { operator: Address; domain: SigningDomain }) {
    this.#expected = expected
  }

  get address(): PeerAddress | undefined {
    return this.#newest?.address
  }

  get attempts(): number {
    return this.#attempts
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedMs
  }

  /** Whether enough peers agree for the rest not to be asked. */
  get isSettled(): boolean {
    return (this.#newest?.seen ?? 0) >= AGREEING
  }

  /** Whether somebody has not answered in this attempt: then another one may reach others in its place. */
  get hasErrors(): boolean {
    return this.#errorCount > this.#errorsBefore
  }

  begin(): void {
    this.#attempts++
    this.#errorsBefore = this.#errorCount
  }

  take(event: Told): void {
    if (event.name === 'QUERY_ERROR') this.#takeError(event.error)
    if (event.name === 'PEER_RESPONSE') this.#answered++
    const value = recordIn(event)
    if (value === undefined) return
    const opened = this.#open(value)
    if (!opened) {
      this.#invalid++
      return
    }
    const { sequence } = opened.record
    if (this.#newest?.sequence === sequence) this.#newest.seen++
    else if (!this.#newest || sequence > this.#newest.sequence) {
      this.#newest = { sequence, address: opened.address, seen: 1 }
    }
  }

  /** Of a lookup that is over and has found nothing. @param isOutOfTime whether it was ended from outside. */
  inVain(isOutOfTime: boolean): FruitlessLookup {
    return {
      operator: this.#expected.operator,
      reason: this.#reason(isOutOfTime),
      attempts: this.#attempts,
      ...{ answered: this.#answered, invalid: this.#invalid, errors: this.#errors, ms: this.elapsedMs },
    }
  }

  #reason(isOutOfTime: boolean): FruitlessReason {
    if (this.#answered + this.#errorCount === 0) return 'alone'
    if (isOutOfTime) return 'out-of-time'
    if (this.#answered === 0) return 'unanswered'
    return this.#invalid > 0 ? 'invalid' : 'not-kept'
  }

  get #errorCount(): number {
    return Object.values(this.#errors).reduce((all, count) => all + count, 0)
  }

  #takeError({ name }: Error): void {
    if (name === REFUSED) {
      this.#answered++
      this.#invalid++
      return
    }
    const isNew = this.#errors[name] === undefined
    const kind = isNew && Object.keys(this.#errors).length >= MAX_KINDS ? 'others' : name
    this.#errors[kind] = (this.#errors[kind] ?? 0) + 1
  }

  #open(value: Uint8Array) {
    try {
      return openAddressRecord(value, { ...this.#expected, nowSeconds: Math.floor(Date.now() / 1000) })
    } catch {
      // Whatever a peer answers besides a good record is no answer.
      return undefined
    }
  }
}

function recordIn(event: Told): Uint8Array | undefined {
  if (event.name === 'VALUE') return event.value
  return event.name === 'PEER_RESPONSE' ? event.record?.value : undefined
}
