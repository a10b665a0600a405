import assert from 'node:assert/strict'
import { test } from 'node:test'
import { peerIdOf } from '@storgo/sdk'
import { hexToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { RequestsPerPeer } from './requests-per-peer.ts'

test('a peer that has as many requests running as it may is told PROVIDER_BUSY; others and later ones are not', async () => {
  const peerOf = (byte: string) => peerIdOf(hexToBytes(privateKeyToAccount(`0x${byte.repeat(32)}`).publicKey))
  const [one, other] = [peerOf('11'), peerOf('22')]
  const release = Promise.withResolvers<void>()
  const handle = new RequestsPerPeer(2).limit(async () => {
    await release.promise
    return { body: new Uint8Array() }
  })
  const request = { message: new Uint8Array(), bulk: new Uint8Array() }
  const account = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8' as const
  const ask = (peer: typeof one) =>
    handle(request, { peer, account, isProvider: false, signal: AbortSignal.timeout(10_000) })
  const running = [ask(one), ask(one), ask(other)]
  await assert.rejects(ask(one), { code: 'PROVIDER_BUSY' })
  release.resolve()
  await Promise.all(running)
  await ask(one)
})
