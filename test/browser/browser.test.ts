import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startClient, startSlots } from '../network/a-client.ts'
import { aBrowser } from './a-browser.ts'
import { aPage } from './a-page.ts'

const MIB = 1 << 20
const ENOUGH_MS = 240_000
/** The npm package has no build of Chromium for other platforms; `sdk/src/net/browser-peer.test.ts` runs a page's code everywhere. */
const HAS_CHROMIUM = process.platform === 'linux' && process.arch === 'x64'

if (HAS_CHROMIUM)
  test('a page in Chromium gets a file that another client has put, puts one and gets it back, over WebSockets', {
    timeout: ENOUGH_MS,
  }, async () => {
    using slots = await startSlots(['/ip4/127.0.0.1/tcp/0/ws', '/ip4/127.0.0.1/tcp/0'])
    const multiaddrs = slots.places.map((place) => place.multiaddrs)
    const { sha256 } = await (async () => {
      using client = await startClient()
      await client.ask({ connect: multiaddrs })
      return await client.ask({ put: 'from Node.js', bytes: 5 * MIB + 1 })
    })()
    using page = await aPage({ multiaddrs, get: 'from Node.js', put: { path: 'from a page', bytes: 5 * MIB + 3 } })
    await using browser = await aBrowser()
    browser.open(page.url)
    const result = await page.result
    assert.ok('agent' in result, JSON.stringify(result))
    assert.match(result.agent, /HeadlessChrome\//)
    assert.equal(result.got, sha256)
    assert.equal(result.gotBack, result.sent)
    assert.equal(result.connections.length, 6)
    for (const connection of result.connections) assert.match(connection, /\/ws\/p2p\/\w+ \/noise$/)
    using client = await startClient()
    await client.ask({ connect: multiaddrs })
    assert.equal((await client.ask({ get: 'from a page' })).sha256, result.sent)
  })
