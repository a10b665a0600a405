import { type Epoch, quorum, type SigningDomain } from '@storgo/protocol'
import { linkToSlot, type Peer, type PeerAddress, parsePeer, peerIdOf } from '@storgo/sdk'
import { bytesToHex, hexToBytes, sha256, stringToBytes } from 'viem'
import { privateKeyToAccount, privateKeyToAddress } from 'viem/accounts'
import type { VolumeFacts } from '../../node/src/slots/volume-facts.ts'
import { volumeKeysOf } from '../../sdk/src/volumes/volume-keys.ts'
import type { VolumeRecord } from '../../sdk/src/volumes/volume-record.ts'

/** A 4+2 volume that its providers and its client know of without a chain: all keys follow from fixed words. */
export const VOLUME_ID = 7n
const GENERATION = 1
const RETENTION_EPOCHS = 4
export const EPOCH = 5 as Epoch
export const DOMAIN: SigningDomain = { chainId: 31337, verifyingContract: '0x00000000000000000000000000000000000000F5' }
const K = 4
const M = 2
const BILLED_SECTORS = 64

const digestOf = (words: string): Uint8Array => sha256(stringToBytes(words), 'bytes')

export const KEYS = volumeKeysOf(digestOf('master key'), {
  chainId: DOMAIN.chainId,
  volumeId: VOLUME_ID,
  generation: GENERATION,
})

/** By slot, the private key of its provider. */
export const OPERATOR_KEYS: readonly Uint8Array[] = Array.from({ length: K + M }, (_, slot) =>
  digestOf(`operator of slot ${slot}`),
)
const OPERATORS = OPERATOR_KEYS.map((key) => privateKeyToAddress(bytesToHex(key)))

export const FACTS: VolumeFacts = {
  ...{ k: K, m: M, billedSectors: BILLED_SECTORS, closed: false, generation: GENERATION },
  owner: privateKeyToAddress(bytesToHex(digestOf('owner'))),
  sessionKey: { address: privateKeyToAddress(bytesToHex(KEYS.sessionKey)), expiresAt: 2n ** 40n },
  operators: OPERATORS,
  formers: [],
  retentionEpochs: RETENTION_EPOCHS,
}

/** The volume for a client whose slots are at these addresses, by slot. */
export function recordAt(peer: Peer, multiaddrs: readonly (readonly string[])[]): VolumeRecord {
  return {
    ...{ volumeId: VOLUME_ID, owner: FACTS.owner, k: K, m: M, q: quorum(K, M), billedSectors: BILLED_SECTORS },
    ...{ generation: GENERATION, closed: false, domain: DOMAIN, operators: OPERATORS, formers: [] },
    links: OPERATORS.map((provider, slot) =>
      linkToSlot(peer, { volumeId: VOLUME_ID, slot, provider, to: addressOf(slot, multiaddrs[slot] ?? []) }),
    ),
    sessionKeyOf: async () => FACTS.sessionKey.address,
    retention: async () => ({ epoch: EPOCH, retentionEpochs: RETENTION_EPOCHS }),
  }
}

function addressOf(slot: number, multiaddrs: readonly string[]): PeerAddress {
  const { publicKey } = privateKeyToAccount(bytesToHex(OPERATOR_KEYS[slot] ?? digestOf('')))
  const address = parsePeer(peerIdOf(hexToBytes(publicKey)).toString(), multiaddrs)
  if (!address) throw new Error(`slot ${slot} cannot be at ${multiaddrs.join(' ')}`)
  return address
}
