import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { StorgoError } from '@storgo/protocol'
import { connectionTo } from './connection-to.ts'
import { aClientOf, addressOf, anEchoProvider, aProvider, ECHO, LIMITS, SILENCE, type Way } from './fixtures/peers.ts'
import { request } from './request.ts'
import { serveRequests } from './serve-requests.ts'

const message = Uint8Array.of(1, 2, 3)

/** What every way to carry requests has to do. */
export function describeRequests(way: Way): void {
  describe(`request over ${way.name}`, () => {
    test('brings message and bulk there and back, from nothing to the largest', async () => {
      await using provider = await anEchoProvider({ way })
      await using client = await aClientOf(provider, way)
      for (const size of [0, 1, 65_535, 1 << 20]) {
        const bulk = randomBytes(size)
        const body = randomBytes(Math.min(size, 60_000))
        const reply = await request(client, { to: addressOf(provider), protocol: ECHO, message: body, bulk })
        assert.deepEqual([Buffer.compare(reply.body, body), Buffer.compare(reply.bulk, bulk)], [0, 0])
      }
    })

    test('hears of a large reply as it comes, not once it is whole', async (t) => {
      await using provider = await anEchoProvider({ way })
      await using client = await aClientOf(provider, way)
      const { mock } = t.mock.method(client.silence, 'heard')
      await request(client, { to: addressOf(provider), protocol: ECHO, message, bulk: randomBytes(1 << 20) })
      const sizes = mock.calls.map((call) => call.arguments[1])
      assert.ok(Math.max(...sizes) <= 1 << 18, `${sizes} bytes at a time`)
    })

    test('asks one provider at most eight things at a time', async () => {
      let running = 0
      let most = 0
      const gate = Promise.withResolvers<void>()
      await using provider = await aProvider(
        (peer) =>
          serveRequests(
            peer,
            ECHO,
            async () => {
              most = Math.max(most, ++running)
              if (running === 8) gate.resolve()
              await gate.promise
              running--
              return { body: message }
            },
            LIMITS,
          ),
        { way },
      )
      await using client = await aClientOf(provider, way)
      await Promise.all(
        Array.from({ length: 40 }, () => request(client, { to: addressOf(provider), protocol: ECHO, message })),
      )
      assert.equal(most, 8)
    })

    test('rejects with what the provider says, and tells nobody what went wrong inside it', async () => {
      const failures = [
        new StorgoError('VOLUME_FULL', 'No room for 3 sectors.', { sectors: 3 }),
        new Error('ENOENT /secret/path'),
      ]
      const seen: unknown[] = []
      await using provider = await aProvider(
        (peer) =>
          serveRequests(
            peer,
            ECHO,
            async () => {
              throw failures.shift()
            },
            { ...LIMITS, onInternalError: (error) => seen.push(error) },
          ),
        { way },
      )
      await using client = await aClientOf(provider, way)
      const ask = () => request(client, { to: addressOf(provider), protocol: ECHO, message })
      await assert.rejects(ask(), { code: 'VOLUME_FULL', message: 'No room for 3 sectors.', details: { sectors: '3' } })
      await assert.rejects(ask(), (error: StorgoError) => error.code === 'INTERNAL' && !/secret/.test(error.message))
      assert.match(String(seen), /secret/)
    })

    test('gives up at its deadline on a provider that never answers, and the provider learns of it', async () => {
      const aborted = Promise.withResolvers<unknown>()
      await using provider = await aProvider(
        (peer) =>
          serveRequests(
            peer,
            ECHO,
            (_, { signal }) => {
              signal.addEventListener('abort', () => aborted.resolve(signal.reason))
              return Promise.withResolvers<never>().promise
            },
            LIMITS,
          ),
        { way },
      )
      await using client = await aClientOf(provider, way)
      // On a busy machine connecting alone may take longer than the deadline, and then the provider learns nothing.
      await connectionTo(client, addressOf(provider))
      const asked = request(client, { to: addressOf(provider), protocol: ECHO, message, timeoutMs: 300 })
      await assert.rejects(asked, { code: 'TIMED_OUT' })
      assert.ok((await aborted.promise) instanceof Error)
    })

    test("stops at once when the caller's signal aborts", async () => {
      const controller = new AbortController()
      const answerNever = () => {
        controller.abort(new Error('enough'))
        return Promise.withResolvers<never>().promise
      }
      await using provider = await aProvider((peer) => serveRequests(peer, ECHO, answerNever, LIMITS), { way })
      await using client = await aClientOf(provider, way)
      const ask = () => request(client, { to: addressOf(provider), protocol: ECHO, message, signal: controller.signal })
      await assert.rejects(ask(), /enough/)
      await assert.rejects(ask(), /enough/)
    })

    test('names a protocol that the provider does not speak', async () => {
      await using provider = await anEchoProvider({ way })
      await using client = await aClientOf(provider, way)
      const asked = request(client, { to: addressOf(provider), protocol: '/storgo/echo/2.0.0', message })
      await assert.rejects(asked, { code: 'VERSION_UNSUPPORTED' })
    })

    test('refuses to send more than a frame holds', async () => {
      await using provider = await anEchoProvider({ way })
      await using client = await aClientOf(provider, way)
      const ask = (sizes: { message: Uint8Array; bulk: Uint8Array }) =>
        request(client, { to: addressOf(provider), protocol: ECHO, ...sizes })
      await assert.rejects(ask({ message: new Uint8Array(65_537), bulk: new Uint8Array(0) }), {
        code: 'MESSAGE_TOO_LARGE',
      })
      await assert.rejects(ask({ message, bulk: new Uint8Array((1 << 20) + 1) }), { code: 'MESSAGE_TOO_LARGE' })
      // A reply whose frame would be too large fails on the provider's side.
      await assert.rejects(ask({ message: new Uint8Array(65_536), bulk: new Uint8Array(0) }), {
        code: 'MESSAGE_TOO_LARGE',
      })
    })

    test('fails at once when the provider goes away, and works again when it is back', async () => {
      const provider = await anEchoProvider({ way })
      await using client = await aClientOf(provider, way)
      const to = addressOf(provider)
      await request(client, { to, protocol: ECHO, message })
      const asked = assert.rejects(request(client, { to, protocol: SILENCE, message }), { code: 'PEER_UNREACHABLE' })
      await provider[Symbol.asyncDispose]()
      await asked
      // A closed port of UDP says nothing, so that only the deadline tells.
      const code = /\/udp\//.test(way.listen) ? 'TIMED_OUT' : 'PEER_UNREACHABLE'
      await assert.rejects(request(client, { to, protocol: ECHO, message }), { code })
      await provider.libp2p.start()
      const back = { ...to, multiaddrs: provider.libp2p.getMultiaddrs() }
      assert.deepEqual((await request(client, { to: back, protocol: ECHO, message })).body, message)
      await provider[Symbol.asyncDispose]()
    })
  })
}
