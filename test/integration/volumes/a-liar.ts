import { randomFillSync } from 'node:crypto'
import {
  decodeSlotReadRequest,
  encodeSlotReadReply,
  encodeSlotStateReply,
  encodeSlotSyncReply,
  SLOT_READ_PROTOCOL,
  SLOT_STATE_PROTOCOL,
  SLOT_SYNC_PROTOCOL,
  type SlotStateReply,
  type SlotSyncReply,
} from '@storgo/protocol'
import { answerHello, connectChain, createPeer, serveRequests } from '@storgo/sdk'
import { accounts, privateKeyOf } from '../../../scripts/local/accounts.ts'
import type { ANetwork } from './a-network.ts'

const LIMITS = { maxConcurrent: 64, timeoutMs: 5_000 }

/**
 * Takes the place of a stopped provider, with its key and address: tells the state and the changes that it is given, and
 * answers every read with bytes and a path of its own making.
 */
export async function aLiar(
  { rpcUrl, deployment, holders }: ANetwork,
  { slot, state, sync }: { slot: number; state: SlotStateReply; sync?: SlotSyncReply },
): Promise<AsyncDisposable> {
  const { operator, multiaddr } = holders[slot] ?? { operator: '', multiaddr: '' }
  const account = accounts.operators.find(({ address }) => address === operator)
  if (!account) throw new Error(`${operator} is no operator of the network`)
  const { domain } = await connectChain({ rpcUrl, deployment })
  const privateKey = privateKeyOf(account)
  return createPeer({
    identity: { privateKey, domain, agent: 'liar' },
    privateKey,
    listen: [multiaddr.replace(/\/p2p\/.*$/u, '')],
    limits: { inboundConnectionThreshold: Number.POSITIVE_INFINITY },
    beforeListening: async (peer) => {
      await answerHello(peer, { isProvider: async () => false })
      await serveRequests(peer, SLOT_STATE_PROTOCOL, async () => ({ body: encodeSlotStateReply(state) }), LIMITS)
      if (sync) await serveRequests(peer, SLOT_SYNC_PROTOCOL, async () => ({ body: encodeSlotSyncReply(sync) }), LIMITS)
      const lie = async ({ message }: { message: Uint8Array }) => {
        const { length } = decodeSlotReadRequest(message)
        const bulk = new Uint8Array(length)
        randomFillSync(bulk)
        return { body: encodeSlotReadReply({ path: new Uint8Array(32 * 12) }), bulk }
      }
      await serveRequests(peer, SLOT_READ_PROTOCOL, lie, LIMITS)
    },
  })
}
