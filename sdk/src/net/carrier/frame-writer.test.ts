import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { FrameWriter } from './frame-writer.ts'

const signal = AbortSignal.timeout(30_000)
const MIB = 1 << 20

/** Two ends of a connection; nothing is read from `to` until somebody does. */
async function aConnection(): Promise<{ from: Socket; to: Socket } & Disposable> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const accepted = once(server, 'connection')
  const from = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1')
  const [to] = await accepted
  for (const socket of [from, to]) socket.on('error', () => {})
  const close = () => {
    from.destroy()
    to.destroy()
    server.close()
  }
  return { from, to, [Symbol.dispose]: close }
}

test('frames arrive whole and in order, and few of them wait inside the socket', async () => {
  using connection = await aConnection()
  const { from, to } = connection
  const writer = new FrameWriter(from, { sendTimeoutMs: 30_000 })
  const writing = Array.from({ length: 12 }, (_, i) =>
    writer.write(Uint8Array.of(i), new Uint8Array(MIB).fill(i), { signal, cut: false }),
  )
  assert.ok(from.writableLength <= 2 * MIB + 2, `${from.writableLength} bytes wait in the socket`)
  const received: Uint8Array[] = []
  to.on('data', (bytes: Uint8Array) => received.push(bytes)).resume()
  await Promise.all(writing)
  from.end()
  await once(to, 'end')
  const bytes = Buffer.concat(received)
  assert.equal(bytes.length, 12 * (MIB + 1))
  for (let i = 0; i < 12; i++) {
    assert.ok(bytes.subarray(i * (MIB + 1), (i + 1) * (MIB + 1)).every((byte) => byte === i))
  }
})

test('a frame whose turn has not come when it is given up is left out, and costs the others nothing', async () => {
  using connection = await aConnection()
  const { from, to } = connection
  const writer = new FrameWriter(from, { sendTimeoutMs: 30_000 })
  const write = (byte: number, given: AbortSignal = signal) =>
    writer.write(Uint8Array.of(byte), new Uint8Array(4 * MIB).fill(byte), { signal: given, cut: true })
  const controller = new AbortController()
  const others = [write(1), write(2)]
  const givenUp = write(3, controller.signal)
  others.push(write(4))
  controller.abort(new Error('enough'))
  await assert.rejects(givenUp, /enough/)
  const seen = new Set<number>()
  let left = others.length * (4 * MIB + 1)
  const received = Promise.withResolvers<void>()
  to.on('data', (bytes: Uint8Array) => {
    for (let i = 0; i < bytes.length; i += 1_000) seen.add(bytes[i] ?? 0)
    seen.add(bytes.at(-1) ?? 0)
    left -= bytes.length
    if (left === 0) received.resolve()
  }).resume()
  await Promise.all(others)
  // Sent is not yet received.
  await received.promise
  assert.deepEqual([...seen].toSorted(), [1, 2, 4])
})

test('a frame that is given up while it is sent cuts the connection where asked to, as half of it is of no use', async () => {
  for (const cut of [true, false]) {
    using connection = await aConnection()
    const { from, to } = connection
    const writer = new FrameWriter(from, { sendTimeoutMs: 30_000 })
    const controller = new AbortController()
    const writing = writer.write(Uint8Array.of(1), new Uint8Array(32 * MIB), { signal: controller.signal, cut })
    controller.abort(new Error('enough'))
    to.resume()
    if (cut) await assert.rejects(writing)
    else await writing
    assert.equal(from.destroyed, cut)
  }
})

test('a peer that takes nothing is cut off, and all that wait are told', async () => {
  using connection = await aConnection()
  const writer = new FrameWriter(connection.from, { sendTimeoutMs: 100 })
  const writing = [1, 2, 3, 4].map(() =>
    writer.write(Uint8Array.of(1), new Uint8Array(32 * MIB), { signal, cut: false }),
  )
  for (const written of writing) await assert.rejects(written)
  assert.ok(connection.from.destroyed)
})
