import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { freePort } from './free-port.ts'

test('the preferred port is taken if it is free, another one if not', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const other = await freePort(address.port)
  assert.notEqual(other, address.port)
  assert.ok(other > 0)
  server.close()
  await once(server, 'close')
  assert.equal(await freePort(address.port), address.port)
})
