import { randomFillSync } from 'node:crypto'
import {
  decodeSlotReadRequest,
  encodeSlotReadReply,
  encodeSlotStateReply,
  encodeSlotSyncReply,
  type SigningDomain,
  SLOT_READ_PROTOCOL,
  SLOT_STATE_PROTOCOL,
  SLOT_SYNC_PROTOCOL,
  type SlotStateReply,
  type SlotSyncReply,
} from '@storgo/protocol'
import { answerHello, createPeer, type PeerAddress, serveRequests } from '@storgo/sdk'

const LIMITS = { maxConcurrent: 64, timeoutMs: 5_000 }

export type FalseCoSlotOptions = {
  /** The operator's, whose slot it is. */
  key: Uint8Array
  /** Where that operator was. */
  at: PeerAddress['multiaddrs']
  domain: SigningDomain
  /** What it rightly says of its slot. */
  truth: { state: SlotStateReply; sync: SlotSyncReply }
}

/** In the place of a provider that has ended: tells the truth of what it holds, and answers every read with other bytes. */
export async function aFalseCoSlot({ key, at, domain, truth }: FalseCoSlotOptions) {
  let lies = 0
  const peer = await createPeer({
    ...{ identity: { privateKey: key, domain, agent: 'liar/1' }, privateKey: key },
    listen: at.map((address) => String(address).replace(/\/p2p\/.*$/u, '')),
    limits: { inboundConnectionThreshold: Number.POSITIVE_INFINITY },
    beforeListening: async (made) => {
      await answerHello(made, { isProvider: async () => true })
      await serveRequests(made, SLOT_STATE_PROTOCOL, async () => ({ body: encodeSlotStateReply(truth.state) }), LIMITS)
      await serveRequests(made, SLOT_SYNC_PROTOCOL, async () => ({ body: encodeSlotSyncReply(truth.sync) }), LIMITS)
      const lie = async ({ message }: { message: Uint8Array }) => {
        lies++
        const bulk = new Uint8Array(decodeSlotReadRequest(message).length)
        return { body: encodeSlotReadReply({ path: new Uint8Array(32 * 2) }), bulk: randomFillSync(bulk) }
      }
      await serveRequests(made, SLOT_READ_PROTOCOL, lie, LIMITS)
    },
  })
  return { lies: () => lies, [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose]() }
}
