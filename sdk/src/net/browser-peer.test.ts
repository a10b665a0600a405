import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { anEchoProvider, WEBSOCKET_STREAMS } from './fixtures/peers.ts'

test("a page's peer asks a provider by WebSockets, and leaves what needs sockets alone", async () => {
  await using provider = await anEchoProvider({ way: { ...WEBSOCKET_STREAMS, native: true } })
  const script = fileURLToPath(new URL('fixtures/browser-client.ts', import.meta.url))
  const unreachable = `/ip4/127.0.0.1/tcp/1/p2p/${provider.libp2p.peerId}`
  const addresses = [unreachable, ...provider.libp2p.getMultiaddrs().map(String)]
  const child = spawn(process.execPath, ['--conditions=browser', script, ...addresses], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.on('data', (text) => {
    printed += text
  })
  const [code] = await once(child, 'close')
  assert.equal(code, 0)
  const { remoteAddr, ...told } = JSON.parse(printed)
  assert.match(remoteAddr, /\/ws\//)
  assert.deepEqual(told, { same: true, encryption: '/noise', hasCarrier: false })
})
