import { equalBytes, quorum, type SlotStateReply, stateDigest } from '@storgo/protocol'
import { AnswerChecker, type SlotLink } from '@storgo/sdk'
import { isAddressEqual } from 'viem'
import { assertCertificate } from '../slots/check-certificate.ts'
import { lockName } from '../slots/slot-services.ts'
import type { CertifiedState, HeldState, SlotRef } from '../store/slot-store.ts'
import type { CatchUpServices } from './catch-up.ts'
import { certificateAmong } from './certificate-among.ts'
import type { CoSlots, FindCoSlots } from './co-slots.ts'

const STATE_MS = 5_000
const ASKED_IN_PEACE = 2

export type LookAfterOptions = {
  services: CatchUpServices
  findCoSlots: FindCoSlots
  /** Ask all co-slots; else only some while nothing is open, over some rounds all of them. */
  thorough: boolean
  /** 0 … 1, for whom to ask. */
  random: () => number
  signal: AbortSignal
  /** Told of co-slots that fail or lie. */
  onTrouble?: (slot: number, error: unknown) => void
}

/** `certified`: nonce of the state held that got its certificate. `behind`: others hold a higher certified one. */
export type Looked = { certified?: bigint; behind: boolean }

type Held = { certified: CertifiedState | undefined; latest: HeldState | undefined }

/**
 * Compares a slot with its co-slots: takes a certificate for the state that it holds without one, and says whether there is a
 * higher certified state to catch up with. Nothing that they say is believed unverified.
 * @throws {StorgoError} `VOLUME_UNKNOWN`, `CHAIN_UNREACHABLE`, `STORE_READ_ONLY`.
 */
export async function lookAfterSlot(ref: SlotRef, options: LookAfterOptions): Promise<Looked> {
  const { services, findCoSlots, signal } = options
  const coSlots = await findCoSlots(ref, signal)
  if (!isOurs(ref, coSlots, services)) return { behind: false }
  const held = heldBy(services, ref)
  const answers = await ask(held, coSlots, options)
  const certified = await certify(services, { ref, held, coSlots, answers, signal })
  const mine = heldBy(services, ref)
  const behind = answers.some((answer) => isHigher(answer, mine))
  return { behind, ...(certified !== undefined && { certified }) }
}

/** Not when the volume is over or another provider has taken the slot. */
function isOurs({ slot }: SlotRef, { facts }: CoSlots, { operator }: CatchUpServices): boolean {
  const holder = facts.operators[slot]
  return !facts.closed && holder !== undefined && isAddressEqual(holder, operator.address)
}

function heldBy({ store }: CatchUpServices, ref: SlotRef): Held {
  using view = store.view(ref)
  const { certified, latest } = view
  return { certified, latest }
}

/** What some co-slots hold, as far as it is of use here and holds good. */
async function ask(held: Held, { record, links }: CoSlots, options: LookAfterOptions): Promise<SlotStateReply[]> {
  const { services, thorough, random, signal, onTrouble } = options
  const checker = new AnswerChecker(record)
  const asked = held.latest || thorough ? links : someOf(links, ASKED_IN_PEACE, random)
  const answers = await Promise.all(
    asked.map(async (link) => {
      try {
        const answer = useful(await link.state({ signal, timeoutMs: STATE_MS }), held, services)
        await checker.check(link.slot, answer)
        return answer
      } catch (error) {
        signal.throwIfAborted()
        onTrouble?.(link.slot, error)
        return undefined
      }
    }),
  )
  return answers.filter((answer) => answer !== undefined)
}

/** Without what says nothing new: checking signatures is most of the work. */
function useful(
  { certified, latest, ...rest }: SlotStateReply,
  held: Held,
  { domain }: CatchUpServices,
): SlotStateReply {
  const heldDigest = held.latest?.digest
  const isHeld = latest && heldDigest && equalBytes(stateDigest(latest.signed.state, domain), heldDigest)
  return { ...rest, ...(certified && isHigher({ certified }, held) && { certified }), ...(isHeld && { latest }) }
}

function isHigher({ certified }: Pick<SlotStateReply, 'certified'>, held: Held): boolean {
  const nonce = certified?.certificate.signed.state.nonce ?? 0n
  return nonce > (held.certified?.signed.state.nonce ?? 0n)
}

type Certifying = {
  ref: SlotRef
  held: Held
  coSlots: CoSlots
  answers: readonly SlotStateReply[]
  signal: AbortSignal
}

/** @returns the nonce of the state that got a certificate, if one did. */
async function certify(
  services: CatchUpServices,
  { ref, held: { latest }, coSlots: { record, facts }, answers, signal }: Certifying,
): Promise<bigint | undefined> {
  const { store, locks, volumes, domain } = services
  const certificate = latest && certificateAmong(latest, answers, { q: quorum(record.k, record.m), domain })
  if (!latest || !certificate) return undefined
  await assertCertificate(services, certificate, facts, { signal })
  return locks.run(lockName(ref), async () => {
    using view = store.view(ref)
    if (!view.latest || !equalBytes(view.latest.digest, latest.digest)) return undefined
    await store.certify(ref, certificate.receipts, volumes.currentEpoch())
    return latest.signed.state.nonce
  })
}

function someOf(links: readonly SlotLink[], count: number, random: () => number): SlotLink[] {
  return links
    .map((link) => ({ link, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ link }) => link)
}
