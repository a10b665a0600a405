import { concatBytes, StorgoError } from '@storgo/protocol'
import { encodeFrameLength } from '../net/frame-decoder.ts'

/** What a peer answers to GET_VALUE of libp2p's kad-dht: the record it keeps, and peers that are closer to the key. */
export type KadAnswer = {
  value?: Uint8Array
  /** Multihash and binary multiaddrs as the peer gave them: any of it may be nonsense. */
  closer: { id: Uint8Array; multiaddrs: Uint8Array[] }[]
}

/** An answer names at most 20 peers; more is more than it should say. */
const MAX_CLOSER = 20
const MAX_MULTIADDRS = 16

/** Fields of the messages of kad-dht: `Message { type 1, key 2, record 3, closerPeers 8 }`, `Record { value 2 }`, `Peer { id 1, addrs 2 }`. */
const [TYPE, KEY, RECORD, CLOSER] = [1, 2, 3, 8]
const VALUE = 2
const [PEER_ID, PEER_ADDRS] = [1, 2]
const GET_VALUE = 1
const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5]

/** The message that asks for what is kept under a key, with its length before it. */
export function encodeGetValue(key: Uint8Array): Uint8Array {
  const type = Uint8Array.of((TYPE << 3) | VARINT, GET_VALUE)
  const message = concatBytes(type, Uint8Array.of((KEY << 3) | BYTES), encodeFrameLength(key.length), key)
  return concatBytes(encodeFrameLength(message.length), message)
}

/** Reads an answer without its length. @throws {StorgoError} `REQUEST_INVALID` for anything that is none. */
export function decodeKadAnswer(message: Uint8Array): KadAnswer {
  const answer: KadAnswer = { closer: [] }
  for (const { field, bytes } of fieldsOf(message)) {
    if (field === RECORD) {
      const value = fieldsOf(bytes).findLast((each) => each.field === VALUE)?.bytes
      if (value) answer.value = value
    }
    if (field === CLOSER && answer.closer.length < MAX_CLOSER) {
      const fields = fieldsOf(bytes)
      const multiaddrs = fields.filter((each) => each.field === PEER_ADDRS).slice(0, MAX_MULTIADDRS)
      const id = fields.findLast((each) => each.field === PEER_ID)?.bytes ?? new Uint8Array(0)
      answer.closer.push({ id, multiaddrs: multiaddrs.map((each) => each.bytes) })
    }
  }
  return answer
}

/** The fields of a protobuf message that are bytes; those that are numbers are left out. */
function fieldsOf(message: Uint8Array): { field: number; bytes: Uint8Array }[] {
  const fields: { field: number; bytes: Uint8Array }[] = []
  let at = 0
  const varint = (): number => {
    // Six bytes hold more than any length here; the rest of a longer number does not matter.
    for (let value = 0, i = 0; i < 10; i++) {
      const byte = message[at++]
      if (byte === undefined) throw invalid('it ends early')
      if (i < 6) value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) return value
    }
    throw invalid('a number is too long')
  }
  const skip = (bytes: number) => {
    if (bytes > message.length - at) throw invalid('it ends early')
    at += bytes
  }
  while (at < message.length) {
    const tag = varint()
    const type = tag % 8
    if (type === VARINT) varint()
    else if (type === FIXED64) skip(8)
    else if (type === FIXED32) skip(4)
    else if (type === BYTES) {
      const length = varint()
      const from = at
      skip(length)
      fields.push({ field: Math.floor(tag / 8), bytes: message.subarray(from, at) })
    } else throw invalid('a field is of no known type')
  }
  return fields
}

function invalid(what: string): StorgoError {
  return new StorgoError('REQUEST_INVALID', `Answer of the DHT: ${what}.`)
}
