import { equalBytes } from '../bytes.ts'
import { StorgoError } from '../errors.ts'
import type { PenPromise } from '../state/pen-promise.ts'
import type { State } from '../state/state.ts'
import { HASH_BYTES } from '../units.ts'
import { type HeldRef, isRefuted, type Shape } from './refusals.ts'

/** A term, and the pen (16 random bytes) of the writer that took it. */
export type Promised = { term: bigint; pen: Uint8Array }

/**
 * What a slot remembers durably of a volume. `promised`: the highest term that it has promised, or taken a state under
 * (term 0 and no bytes at first). `latest`: the state on top of the certified one, with the term of its receipt.
 */
export type SlotMemory = { promised: Promised; certified?: HeldRef; latest?: HeldRef & { term: bigint } }

/**
 * A state that a writer asks a slot to take. `parent`: the state whose certificate came with it, absent for nonce 1; the
 * certificate is verified afterwards, where the {@link Placement} needs it. `refusals`: verified promises.
 */
export type ProposedCommit = {
  state: Pick<State, 'nonce' | 'parent'>
  digest: Uint8Array
  term: bigint
  pen: Uint8Array
  parent?: HeldRef
  refusals: readonly PenPromise[]
}

/**
 * Where a state goes: `held` already, and the slot answers with the receipt it has; `reaccept`: held, but its receipt has to
 * be signed anew with the commit's term; `onto` the certified state with nothing above it, or onto the uncertified one,
 * which `parent` certifies once it is verified; `replaces` the uncertified state, the base is the certified one.
 *
 * With all but `held`, what the slot has promised becomes the commit's term and pen, in the same durable change.
 */
export type Placement =
  | { kind: 'held' }
  | { kind: 'reaccept' }
  | { kind: 'onto'; base: 'certified' | 'latest' }
  | { kind: 'replaces' }

const EMPTY: HeldRef = { nonce: 0n, digest: new Uint8Array(HASH_BYTES) }

/** Whether a slot may promise `wanted`. @throws {StorgoError} `PEN_TAKEN`. */
export function mayPromise({ promised }: SlotMemory, wanted: Promised): void {
  if (wanted.term > promised.term) return
  if (wanted.term === promised.term && equalBytes(wanted.pen, promised.pen)) return
  const details = { term: wanted.term, heldTerm: promised.term }
  throw new StorgoError('PEN_TAKEN', `Term ${promised.term} has been promised to another writer.`, details)
}

/**
 * Where a state goes among what a slot holds: docs/protocol/slot-commit.md.
 *
 * @throws {StorgoError} `PEN_TAKEN`; `STATE_STALE`; `STATE_UNFINISHED` for another state of a term under which the slot has
 *   taken one; `REFUSALS_MISSING`; `CERTIFICATE_INVALID` if `parent` is not the state's parent.
 */
export function placeCommit(memory: SlotMemory, commit: ProposedCommit, shape: Shape): Placement {
  const { state, digest, term, pen, parent, refusals } = commit
  const { certified = EMPTY, latest } = memory
  mayPromise(memory, { term, pen })
  if (latest !== undefined && equalBytes(latest.digest, digest)) {
    return term > latest.term ? { kind: 'reaccept' } : { kind: 'held' }
  }
  if (equalBytes(certified.digest, digest)) return { kind: 'held' }

  if (parent !== undefined && (!equalBytes(parent.digest, state.parent) || parent.nonce + 1n !== state.nonce)) {
    throw new StorgoError('CERTIFICATE_INVALID', 'The certificate is of another state than the parent.')
  }
  if (latest !== undefined && follows(state, latest)) {
    if (parent === undefined) throw unfinished(memory, commit)
    return { kind: 'onto', base: 'latest' }
  }
  if (!follows(state, certified)) throw stale(memory, commit)
  if (latest === undefined) return { kind: 'onto', base: 'certified' }
  // Promises of a term say nothing of what was taken under it: a writer proposes one state of a nonce in a term.
  if (term === latest.term) throw unfinished(memory, commit)
  if (!isRefuted(latest, refusals, term, shape)) {
    const details = { nonce: latest.nonce, refusals: refusals.length, term }
    throw new StorgoError('REFUSALS_MISSING', `State ${latest.nonce} held here may have been certified.`, details)
  }
  return { kind: 'replaces' }
}

function follows({ nonce, parent }: ProposedCommit['state'], held: HeldRef): boolean {
  return nonce === held.nonce + 1n && equalBytes(parent, held.digest)
}

function stale({ certified, latest }: SlotMemory, { state: { nonce } }: ProposedCommit): StorgoError {
  const certifiedNonce = certified?.nonce ?? 0n
  const details = { nonce, certifiedNonce, heldNonce: latest?.nonce ?? certifiedNonce }
  return new StorgoError('STATE_STALE', `State ${nonce} does not follow what this slot holds.`, details)
}

function unfinished({ latest }: SlotMemory, { state: { nonce }, term }: ProposedCommit): StorgoError {
  const details = { nonce, heldNonce: latest?.nonce ?? 0n, heldTerm: latest?.term ?? 0n, term }
  return new StorgoError('STATE_UNFINISHED', `State ${details.heldNonce} has no certificate yet.`, details)
}
