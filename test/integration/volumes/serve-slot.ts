import {
  SLOT_CERTIFY_PROTOCOL,
  SLOT_COMMIT_PROTOCOL,
  SLOT_HISTORY_PROTOCOL,
  SLOT_PEN_PROTOCOL,
  SLOT_READ_PROTOCOL,
  SLOT_RELEASE_PROTOCOL,
  SLOT_STATE_PROTOCOL,
  SLOT_SYNC_PROTOCOL,
  SLOT_WRITE_PROTOCOL,
  StorgoError,
} from '@storgo/protocol'
import { peerIdOf, type RequestHandler, type SlotCall } from '@storgo/sdk'
import { type Address, hexToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { slotCertify } from '../../../node/src/slots/slot-certify.ts'
import { slotCommit } from '../../../node/src/slots/slot-commit.ts'
import { slotHistory } from '../../../node/src/slots/slot-history.ts'
import { slotPen } from '../../../node/src/slots/slot-pen.ts'
import { slotRead } from '../../../node/src/slots/slot-read.ts'
import { slotRelease } from '../../../node/src/slots/slot-release.ts'
import type { SlotServices } from '../../../node/src/slots/slot-services.ts'
import { slotState } from '../../../node/src/slots/slot-state.ts'
import { slotSync } from '../../../node/src/slots/slot-sync.ts'
import { slotWrite } from '../../../node/src/slots/slot-write.ts'

/** Who asks. */
export type Asking = { account: Address; isProvider: boolean }
export type SlotReply = Awaited<ReturnType<SlotCall>>

/** A request that a client makes, with `go` to let it through. What `go` gives need not be what the client gets. */
export type AskedSlot = {
  slot: number
  protocol: string
  message: Uint8Array
  bulk: Uint8Array
  go: () => Promise<SlotReply>
}
export type Pass = (asked: AskedSlot) => Promise<SlotReply>

/** The short name of a slot protocol. */
export const nameOf = (protocol: string) => protocol.split('/')[2] ?? protocol

const ASKING_PEER = peerIdOf(hexToBytes(privateKeyToAccount(`0x${'11'.repeat(32)}`).publicKey))

const HANDLERS: Readonly<Record<string, (services: SlotServices) => RequestHandler>> = {
  [SLOT_STATE_PROTOCOL]: slotState,
  [SLOT_PEN_PROTOCOL]: slotPen,
  [SLOT_WRITE_PROTOCOL]: slotWrite,
  [SLOT_COMMIT_PROTOCOL]: slotCommit,
  [SLOT_CERTIFY_PROTOCOL]: slotCertify,
  [SLOT_READ_PROTOCOL]: slotRead,
  [SLOT_SYNC_PROTOCOL]: slotSync,
  [SLOT_HISTORY_PROTOCOL]: slotHistory,
  [SLOT_RELEASE_PROTOCOL]: slotRelease,
}

/** What a slot's own code answers. Once it has arrived a request is served, whether anybody waits for the reply or not. */
export async function serveSlot(
  services: SlotServices,
  protocol: string,
  { message, bulk }: { message: Uint8Array; bulk: Uint8Array },
  by: Asking,
): Promise<SlotReply> {
  const handle = HANDLERS[protocol]?.(services)
  if (!handle) throw new StorgoError('VERSION_UNSUPPORTED', protocol)
  const asker = { peer: ASKING_PEER, ...by, signal: new AbortController().signal }
  const reply = await handle({ message, bulk: bulk.slice() }, asker)
  return { body: reply.body, bulk: reply.bulk ?? new Uint8Array() }
}

/** Waits for a slot's answer until the signal aborts; a deadline is what a client calls `TIMED_OUT`. */
export function until<T>(work: Promise<T>, signal: AbortSignal, slot: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const aborted = () => {
    const late = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
    reject(late ? new StorgoError('TIMED_OUT', `slot ${slot} does not answer`, { slot }) : signal.reason)
  }
  signal.addEventListener('abort', aborted, { once: true })
  if (signal.aborted) aborted()
  work.catch(() => {})
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', aborted))
}
