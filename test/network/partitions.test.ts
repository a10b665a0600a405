import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type AClient, type Slots, startClient, startSlots } from './a-client.ts'
import { CutPath, FAR, NEAR } from './cut-path.ts'

const MIB = 1 << 20
const PARTITION_MS = 14_000
const FILE_BYTES = 16 * MIB
/** Parity included. */
const PUT_BYTES = 1.5 * FILE_BYTES
/** Beyond the bytes of the stripes: framing, encryption, commits. */
const OVERHEAD_BYTES = 2 * MIB
/** What is on its way at a time, and may have to be sent again. */
const IN_FLIGHT_BYTES = 12 * MIB
/**
 * What a get may bring for each byte that is needed: while nobody is heard of nobody else is asked. Over QUIC more comes again: what
 * was on its way is lost, and its connections come back one by one, late.
 */
const MOST_BROUGHT = 1.25
const MOST_BROUGHT_QUIC = 2
/** The part of the bytes after which the path is cut: late enough that to start again would be seen. */
const CUT_AFTER = 0.9

const WAYS = [
  { name: 'TCP streams', args: [`/ip4/${FAR}/tcp/0`] },
  { name: 'WebSocket streams', args: [`/ip4/${FAR}/tcp/0/ws`] },
  { name: 'QUIC streams', args: [`/ip4/${FAR}/udp/0/quic-v1`] },
  { name: 'native carriers', args: [`/ip4/${FAR}/tcp/0`, `/ip4/${FAR}/tcp/0`] },
]

/** Leads to the slots by a path that can be cut. @returns where the client finds them. */
async function lead(path: CutPath, { places }: Slots): Promise<string[][]> {
  for (const { multiaddrs, carrierPort } of places) {
    for (const address of multiaddrs) {
      const [, protocol, port] = /\/(tcp|udp)\/(\d+)/u.exec(address) ?? []
      await (protocol === 'udp' ? path.openUdp(Number(port)) : path.openTcp(Number(port)))
    }
    if (carrierPort > 0) await path.openTcp(carrierPort)
  }
  return places.map(({ multiaddrs }) => multiaddrs.map((address) => address.replace(FAR, NEAR)))
}

/** On a busy machine a connection may take too long at first. */
async function connect(client: AClient, multiaddrs: string[][]): Promise<void> {
  for (let tries = 0; tries < 10; tries++) if ((await client.ask({ connect: multiaddrs })).warnings.length === 0) return
  assert.fail('not all slots can be connected to')
}

/** Runs a task whose path is cut once so many bytes have passed. @returns what it came to, and the bytes that passed meanwhile. */
async function acrossPartition(
  client: AClient,
  path: CutPath,
  task: Parameters<AClient['ask']>[0],
  [direction, bytes]: Parameters<CutPath['more']>,
) {
  const before = path.passed[direction]
  const asked = client.ask(task)
  const early = await Promise.race([path.more(direction, bytes), asked])
  assert.equal(early, undefined, `it ended before the path was cut: ${early?.error}`)
  path.cut()
  await delay(PARTITION_MS)
  path.heal()
  const answer = await asked
  assert.equal(answer.error, undefined)
  assert.ok(answer.ms > PARTITION_MS, 'the partition was in the middle')
  return { ...answer, passed: path.passed[direction] - before }
}

describe('14 s without a packet in the middle', { concurrency: true }, () => {
  for (const { name, args } of WAYS) {
    test(`a put and a get over ${name} go on where they were`, async (t) => {
      using slots = await startSlots(args)
      using path = new CutPath()
      using client = await startClient()
      await connect(client, await lead(path, slots))
      const put = await acrossPartition(client, path, { put: 'file', bytes: FILE_BYTES }, [
        'there',
        CUT_AFTER * PUT_BYTES,
      ])
      const get = await acrossPartition(client, path, { get: 'file' }, ['back', CUT_AFTER * FILE_BYTES])
      t.diagnostic(`a put of ${PUT_BYTES} bytes sent ${put.passed}, a get of ${FILE_BYTES} brought ${get.passed}`)
      assert.equal(get.sha256, put.sha256)
      const brought = name === 'QUIC streams' ? MOST_BROUGHT_QUIC : MOST_BROUGHT
      assert.ok(put.passed < PUT_BYTES + IN_FLIGHT_BYTES + OVERHEAD_BYTES, `${put.passed} bytes`)
      assert.ok(get.passed < brought * FILE_BYTES, `${get.passed} bytes`)
    })
  }
})
