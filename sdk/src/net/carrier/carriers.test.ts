import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Connection } from '@libp2p/interface'
import { connectionTo } from '../connection-to.ts'
import { aClient, addressOf, anEchoProvider } from '../fixtures/peers.ts'
import type { Carrier } from './carrier.ts'
import { Carriers } from './carriers.ts'

const PORT = 4002
const MIB = 1 << 20

/** A carrier that does nothing, until told that it broke off. */
function aCarrier({ hasCarried = true } = {}) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const carrier: Carrier = { closed: promise, hasCarried, exchange: () => Promise.reject(new Error()), close: resolve }
  return carrier
}

/** A real connection, and carriers whose making and clock are in the test's hands. */
async function someCarriers(make: () => Promise<Carrier>) {
  const provider = await anEchoProvider()
  const client = await aClient()
  const connection: Connection = await connectionTo(client, addressOf(provider))
  let nowMs = 0
  let dials = 0
  const dial = () => {
    dials++
    return make()
  }
  return {
    connection,
    carriers: new Carriers(dial, { nowMs: () => nowMs }),
    dials: () => dials,
    pass: (ms: number) => {
      nowMs += ms
    },
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]()
      await provider[Symbol.asyncDispose]()
    },
  }
}

test('a carrier is made once there is a MiB to carry, one at a time, and where the peer takes any', async () => {
  const made = aCarrier()
  await using given = await someCarriers(async () => made)
  const { carriers, connection } = given
  carriers.count(connection, MIB - 1, PORT)
  assert.equal(given.dials(), 0)
  carriers.count(connection, MIB, 0)
  assert.equal(given.dials(), 0)
  for (let i = 0; i < 5; i++) carriers.count(connection, MIB, PORT)
  assert.equal(await carriers.open(connection, PORT), made)
  assert.equal(given.dials(), 1)
  assert.equal(carriers.of(connection), made)
})

test('a carrier that cannot be made, or breaks off before it has carried anything, is tried again after a minute', async () => {
  const useless = aCarrier({ hasCarried: false })
  const outcomes = [() => Promise.reject(new Error('refused')), async () => useless, async () => aCarrier()]
  await using given = await someCarriers(() => outcomes.shift()?.() ?? Promise.reject(new Error()))
  const { carriers, connection } = given
  assert.equal(await carriers.open(connection, PORT), undefined)
  given.pass(59_000)
  assert.equal(await carriers.open(connection, PORT), undefined)
  assert.equal(given.dials(), 1)
  given.pass(1_000)
  assert.equal(await carriers.open(connection, PORT), useless)
  useless.close()
  await useless.closed
  assert.equal(carriers.of(connection), undefined)
  assert.equal(await carriers.open(connection, PORT), undefined)
  given.pass(60_000)
  assert.ok(await carriers.open(connection, PORT))
  assert.equal(given.dials(), 3)
})

test('a carrier that has served is made again at once when it breaks off', async () => {
  await using given = await someCarriers(async () => aCarrier())
  const { carriers, connection } = given
  const first = await carriers.open(connection, PORT)
  first?.close()
  await first?.closed
  assert.notEqual(await carriers.open(connection, PORT), first)
})

test('a carrier ends with the connection it goes with', async () => {
  const made = aCarrier()
  await using given = await someCarriers(async () => made)
  await given.carriers.open(given.connection, PORT)
  given.connection.abort(new Error('enough'))
  await made.closed
  assert.equal(given.carriers.of(given.connection), undefined)
})
