import { StorgoError } from '@storgo/protocol'
import { peerIdOf, type SlotCall } from '@storgo/sdk'
import { type Address, hexToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { isSlotProtocol, slotHandler } from '../../../node/src/slots/slot-handlers.ts'
import type { SlotServices } from '../../../node/src/slots/slot-services.ts'

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

/** What a slot's own code answers. Once it has arrived a request is served, whether anybody waits for the reply or not. */
export async function serveSlot(
  services: SlotServices,
  protocol: string,
  { message, bulk }: { message: Uint8Array; bulk: Uint8Array },
  by: Asking,
): Promise<SlotReply> {
  if (!isSlotProtocol(protocol)) throw new StorgoError('VERSION_UNSUPPORTED', protocol)
  const asker = { peer: ASKING_PEER, ...by, signal: new AbortController().signal }
  const reply = await slotHandler(protocol, services)({ message, bulk: bulk.slice() }, asker)
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
