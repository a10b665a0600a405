import type { Connection, Stream, StreamMessageEvent } from '@libp2p/interface'
import { concatBytes, StorgoError } from '@storgo/protocol'
import { decodeKadAnswer, encodeGetValue, type KadAnswer } from './kad-value.ts'

/** An answer holds a record of at most 1 KiB and 20 peers with some addresses. */
const MAX_ANSWER_BYTES = 65_536
const MAX_LENGTH_BYTES = 3

/**
 * Asks one peer what it keeps under a key, on a connection that has completed hello.
 *
 * @throws {StorgoError} `REQUEST_INVALID`, `MESSAGE_TOO_LARGE` for an answer that is none. Rejects with the signal's reason
 * when it aborts, and with the stream's error when the peer does not speak `protocol` or resets it.
 */
export async function getValue(
  connection: Connection,
  { protocol, key, signal }: { protocol: string; key: Uint8Array; signal: AbortSignal },
): Promise<KadAnswer> {
  const stream = await connection.newStream(protocol, { signal })
  try {
    const answer = readAnswer(stream, signal)
    // Awaited below, unless the stream has been reset already and sending fails: then it ends with nobody there to hear of it.
    answer.catch(() => {})
    stream.send(encodeGetValue(key))
    return decodeKadAnswer(await answer)
  } finally {
    stream.abort(new Error('The question is answered.'))
  }
}

/** The bytes of one message with its length before it. */
async function readAnswer(stream: Stream, signal: AbortSignal): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  let received = new Uint8Array(0)
  const onMessage = ({ data }: StreamMessageEvent) => {
    try {
      received = concatBytes(received, data.subarray())
      const message = wholeOf(received)
      if (message) resolve(message)
    } catch (error) {
      reject(error)
    }
  }
  const onEnd = () => reject(new StorgoError('REQUEST_INVALID', 'The answer of the DHT ends early.'))
  const onAbort = () => reject(signal.reason)
  stream.addEventListener('message', onMessage)
  stream.addEventListener('close', onEnd)
  signal.addEventListener('abort', onAbort)
  try {
    return await promise
  } finally {
    stream.removeEventListener('message', onMessage)
    stream.removeEventListener('close', onEnd)
    signal.removeEventListener('abort', onAbort)
  }
}

/** The message, once all of it is there. */
function wholeOf(received: Uint8Array): Uint8Array | undefined {
  const lengthBytes = received.findIndex((byte) => byte < 0x80) + 1
  if (lengthBytes > MAX_LENGTH_BYTES || (lengthBytes === 0 && received.length >= MAX_LENGTH_BYTES)) throw tooLarge()
  if (lengthBytes === 0) return undefined
  const length = received.subarray(0, lengthBytes).reduce((sum, byte, i) => sum + (byte & 0x7f) * 2 ** (7 * i), 0)
  if (length > MAX_ANSWER_BYTES) throw tooLarge()
  return received.length < lengthBytes + length ? undefined : received.subarray(lengthBytes, lengthBytes + length)
}

const tooLarge = () => new StorgoError('MESSAGE_TOO_LARGE', 'The answer of the DHT is too long.')
