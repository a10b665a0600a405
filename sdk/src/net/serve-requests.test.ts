import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import type { Stream } from '@libp2p/interface'
import { concatBytes, decodeReply, type ErrorCode } from '@storgo/protocol'
import { connectionTo } from './connection-to.ts'
import type { Peer } from './create-peer.ts'
import {
  aClient,
  addressOf,
  anEchoProvider,
  aProvider,
  ECHO,
  LIMITS,
  QUIC_STREAMS,
  TCP_STREAMS,
} from './fixtures/peers.ts'
import { encodeFrameLength } from './frame-decoder.ts'
import { readFrames } from './frames.ts'
import { request } from './request.ts'
import { serveRequests } from './serve-requests.ts'

const signal = AbortSignal.timeout(30_000)
const message = Uint8Array.of(1, 2, 3)

async function aStream(client: Peer, provider: Peer): Promise<Stream> {
  const connection = await connectionTo(client, addressOf(provider))
  return connection.newStream(ECHO, { signal })
}

/** What the provider answers to these very bytes. */
async function replyTo(stream: Stream, bytes: Uint8Array): Promise<Uint8Array> {
  const reading = readFrames(stream, { signal })
  stream.send(bytes)
  void stream.close({ signal }).catch(() => {})
  return decodeReply((await reading).message)
}

async function stillAnswers(client: Peer, provider: Peer): Promise<void> {
  assert.deepEqual((await request(client, { to: addressOf(provider), protocol: ECHO, message })).body, message)
}

for (const way of [TCP_STREAMS, QUIC_STREAMS])
  describe(`a provider at the end of ${way.name}`, () => {
    const hostile: [string, ErrorCode, Uint8Array][] = [
      ['nothing at all', 'REQUEST_INVALID', new Uint8Array(0)],
      ['a truncated length', 'REQUEST_INVALID', Uint8Array.of(0x80)],
      ['a truncated message', 'REQUEST_INVALID', Uint8Array.of(5, 1, 2)],
      ['no bulk frame', 'REQUEST_INVALID', Uint8Array.of(1, 1)],
      ['a truncated bulk', 'REQUEST_INVALID', Uint8Array.of(1, 1, 2, 1)],
      ['bytes after the bulk frame', 'REQUEST_INVALID', Uint8Array.of(1, 1, 1, 1, 1)],
      ['a length that is not minimal', 'REQUEST_INVALID', Uint8Array.of(0x81, 0)],
      ['a message frame that is too large', 'MESSAGE_TOO_LARGE', encodeFrameLength(65_537)],
      [
        'a bulk frame that is too large',
        'MESSAGE_TOO_LARGE',
        concatBytes(Uint8Array.of(0), encodeFrameLength(2 ** 20 + 1)),
      ],
      ['an endless length', 'MESSAGE_TOO_LARGE', new Uint8Array(100).fill(255)],
      ['1 MiB of garbage', 'MESSAGE_TOO_LARGE', concatBytes(Uint8Array.of(255, 255, 255), randomBytes(1 << 20))],
    ]
    for (const [name, code, bytes] of hostile) {
      test(`names what is wrong with ${name}, and goes on answering`, async () => {
        await using provider = await anEchoProvider({ way })
        await using client = await aClient()
        await assert.rejects(replyTo(await aStream(client, provider), bytes), { code })
        await stillAnswers(client, provider)
      })
    }

    test('cuts off a peer that does not finish its request', async () => {
      await using provider = await aProvider(
        (peer) => serveRequests(peer, ECHO, async () => ({ body: message }), { ...LIMITS, timeoutMs: 200 }),
        { way },
      )
      await using client = await aClient()
      const stream = await aStream(client, provider)
      stream.send(Uint8Array.of(9, 1))
      const { message: reply } = await readFrames(stream, { signal })
      assert.throws(() => decodeReply(reply), { code: 'TIMED_OUT' })
    })

    test('says that it is busy without reading the request, and keeps the place of work that outlives its deadline', async () => {
      const gate = Promise.withResolvers<void>()
      let running = 0
      await using provider = await aProvider(
        (peer) =>
          serveRequests(
            peer,
            ECHO,
            async () => {
              running++
              await gate.promise
              running--
              return { body: message }
            },
            { maxConcurrent: 2, timeoutMs: 200 },
          ),
        { way },
      )
      await using client = await aClient()
      const ask = () =>
        request(client, { to: addressOf(provider), protocol: ECHO, message, bulk: new Uint8Array(1 << 20) })
      const first = [ask(), ask()]
      for (const asked of first) await assert.rejects(asked, { code: 'TIMED_OUT' })
      assert.equal(running, 2)
      await assert.rejects(ask(), { code: 'PROVIDER_BUSY' })
      gate.resolve()
      await stillAnswers(client, provider)
    })

    test('leaves no stream open, whatever the peer did', async () => {
      await using provider = await anEchoProvider({ way })
      await using client = await aClient()
      for (const [, , bytes] of hostile) await replyTo(await aStream(client, provider), bytes).catch(() => {})
      const reset = await aStream(client, provider)
      reset.send(Uint8Array.of(9, 1))
      reset.abort(new Error('changed my mind'))
      await stillAnswers(client, provider)
      const [connection] = provider.libp2p.getConnections()
      const open = connection?.streams.filter(({ status }) => status === 'open') ?? []
      await Promise.all(open.map((stream) => new Promise((resolve) => stream.addEventListener('close', resolve))))
    })
  })
