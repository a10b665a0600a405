import {
  type Certificate,
  type Decision,
  ErasureCode,
  equalBytes,
  type PenPromise,
  type Receipt,
  randomBytes,
  recoverReceiptSigner,
  type SignedState,
  StorgoError,
  stateDigest,
  volumeRoot,
} from '@storgo/protocol'
import { isAddressEqual } from 'viem'
import { isOfAnotherWriter, penTaken } from './another-writer.ts'
import type { SlotLink } from './slot-link.ts'
import type { SlotTroubles } from './slot-troubles.ts'
import { stageRebuilt } from './stage-rebuilt.ts'
import type { VolumeRecord } from './volume-record.ts'
import { whatChanged } from './what-changed.ts'

const SYNC_MS = 5_000
const COMMIT_MS = 30_000

export type CompleteStateOptions = {
  record: VolumeRecord
  /** Of the term's promises: which slots hold the certified state, and which the unfinished one after it. */
  decision: { certified: Decision['certified']; holders: ReadonlySet<number> }
  unfinished: Extract<Decision['next'], { kind: 'complete' }>
  term: bigint
  pen: Uint8Array
  /** All promises of the term: for slots that hold another state in its place. */
  refusals: readonly PenPromise[]
  troubles: SlotTroubles
  signal: AbortSignal
}

/**
 * Makes the state certified that another writer left unfinished, under this writer's term: at the slots that hold it, and
 * where these are too few at others, whose sectors are rebuilt from them.
 * @throws {StorgoError} `STATE_UNFINISHED` when too few slots take it; `PEN_TAKEN` when yet another writer is ahead.
 */
export async function completeState(options: CompleteStateOptions): Promise<Certificate> {
  const { record, unfinished, decision, term, signal } = options
  const completing = new Completing(options, await slotRootsOf(options))
  await completing.commit([...unfinished.holders])
  const others = [...decision.holders].filter((slot) => !unfinished.holders.has(slot))
  if (completing.receipts.length < record.q) await completing.rebuildAndCommit(others)
  signal.throwIfAborted()
  if (completing.receipts.length >= record.q) return { signed: unfinished.signed, receipts: completing.receipts }
  const { volumeId, q, links } = record
  const cause = completing.errors.find(isOfAnotherWriter)
  if (cause) throw penTaken({ volumeId, term, cause })
  const slots = links.length
  throw new StorgoError(
    'STATE_UNFINISHED',
    `another writer's last state of volume ${volumeId} may have reached a quorum, and too few of its ${slots} slots answer to complete it; try again when they do`,
    { volumeId, slots, good: completing.receipts.length, needed: q },
    { cause: completing.errors[0] },
  )
}

class Completing {
  readonly receipts: Receipt[] = []
  readonly errors: unknown[] = []
  readonly #options: CompleteStateOptions
  readonly #slotRoots: Uint8Array

  constructor(options: CompleteStateOptions, slotRoots: Uint8Array) {
    this.#options = options
    this.#slotRoots = slotRoots
  }

  async commit(slots: readonly number[]): Promise<void> {
    await this.#each(slots, (link) => this.#commit(link, undefined))
  }

  async rebuildAndCommit(slots: readonly number[]): Promise<void> {
    const { record, unfinished, decision, pen, signal } = this.#options
    const base = decision.certified?.certificate.signed.state
    const links = linksOf(record, unfinished.holders)
    const code = ErasureCode.create(record.k, record.m)
    await this.#each(slots, async (link) => {
      const { slot } = link
      const since = base?.nonce ?? 0n
      const { sectors } = await whatChanged({ record, slot, since, uncertified: true, links, signal })
      const upload = randomBytes(16)
      const { state } = unfinished.signed
      const staged = await stageRebuilt({ link, code, base, state, sectors, holders: links, upload, pen, signal })
      return this.#commit(link, staged ? upload : undefined)
    })
  }

  async #each(slots: readonly number[], work: (link: SlotLink) => Promise<Receipt>): Promise<void> {
    const { record, troubles, signal } = this.#options
    await Promise.all(
      linksOf(record, new Set(slots)).map(async (link) => {
        try {
          this.receipts.push(await work(link))
        } catch (error) {
          if (signal.aborted) return
          this.errors.push(error)
          if (!isOfAnotherWriter(error)) troubles.tell(link, error, 'completing a state without it')
        }
      }),
    )
  }

  async #commit(link: SlotLink, upload: Uint8Array | undefined): Promise<Receipt> {
    const { record, unfinished, decision, term, pen, refusals, signal } = this.#options
    const { signed, headRecord } = unfinished
    const parent = decision.certified?.certificate
    const receipt = await link.commit(
      {
        ...{ signed, headRecord, pen, term, refusals, slotRoots: this.#slotRoots },
        ...(parent && { parent }),
        ...(upload && { upload }),
      },
      { timeoutMs: COMMIT_MS, signal },
    )
    const signer = recoverReceiptSigner(stateDigest(signed.state, record.domain), receipt, record.domain)
    if (receipt.slot === link.slot && receipt.term === term && isAddressEqual(signer, link.provider)) return receipt
    const { slot } = link
    throw new StorgoError('CERTIFICATE_INVALID', `slot ${slot} answered with a receipt that is not its own`, { slot })
  }
}

/** The slot roots that lead to the unfinished state's root, from any slot that holds it. */
async function slotRootsOf({ record, unfinished, troubles, signal }: CompleteStateOptions): Promise<Uint8Array> {
  const { signed, holders } = unfinished
  const wanted = { since: signed.state.nonce - 1n, uncertified: true, after: 0 }
  for (const link of linksOf(record, holders)) {
    try {
      const reply = await link.sync(wanted, { timeoutMs: SYNC_MS, signal })
      if (isOf(reply.signed, signed, record) && leadsTo(reply.slotRoots, signed)) return reply.slotRoots
      const { slot } = link
      throw new StorgoError('STATE_ROOT_MISMATCH', `slot ${slot} sent slot roots of another state`, { slot })
    } catch (error) {
      signal.throwIfAborted()
      troubles.tell(link, error, 'completing a state without it')
    }
  }
  const { volumeId } = record
  throw new StorgoError('STATE_UNFINISHED', `no slot of volume ${volumeId} tells the roots of its last state`, {
    volumeId,
  })
}

function isOf(a: SignedState, b: SignedState, { domain }: VolumeRecord): boolean {
  return equalBytes(stateDigest(a.state, domain), stateDigest(b.state, domain))
}

function leadsTo(slotRoots: Uint8Array, { state: { sectors, root } }: SignedState): boolean {
  return equalBytes(volumeRoot(slotRoots, sectors), root)
}

function linksOf({ links }: VolumeRecord, slots: ReadonlySet<number>): SlotLink[] {
  return links.filter(({ slot }) => slots.has(slot))
}
