import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatRecoveryCard, parseRecoveryCard } from './recovery-card.ts'

const anAddress = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const contracts = ['token', 'parameters', 'registry', 'market', 'proofs', 'timelock'] as const
const deployment = {
  chainId: 31337,
  block: 12,
  ...(Object.fromEntries(contracts.map((name) => [name, anAddress])) as Record<
    (typeof contracts)[number],
    typeof anAddress
  >),
}
const card = (masterKey: Uint8Array, volumeIds: readonly bigint[] = [1n]) => ({
  ...{ masterKey, deployment, volumeIds },
  rpcUrl: 'http://127.0.0.1:8545',
  madeOn: '2026-11-22',
})

test('a card says all that leads back to the files, also when it is typed off paper', () => {
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => new Uint8Array(bytes))
  fc.assert(
    fc.property(key, fc.array(fc.bigInt({ min: 1n, max: 2n ** 60n }), { maxLength: 5 }), (masterKey, volumeIds) => {
      const written = card(masterKey, volumeIds)
      const text = formatRecoveryCard(written)
      assert.deepEqual(parseRecoveryCard(text), written)
      assert.deepEqual(parseRecoveryCard(text.replaceAll('\n', '  \r\n ')), written)
    }),
    { numRuns: 30 },
  )
})

test('a card with a mistyped, missing or displaced word is refused, and the message has no word in it', () => {
  const text = formatRecoveryCard(card(new Uint8Array(32).fill(7)))
  const third = / 3\. (\w+)/u.exec(text)?.[1] ?? ''
  const wrong = [
    text.replace(` 3. ${third}`, ' 3. zoo'),
    text.replace(` 3. ${third}`, ' 3. notaword'),
    text.replace(` 3. ${third}`, ''),
    text.replace(' 3. ', '99. '),
    text.replace('chain:', 'chian:'),
    text.replace('contract market', 'contract m'),
    text.replace('volumes:  1', 'volumes:  x'),
    '',
    'x'.repeat(20_000),
  ]
  for (const bad of wrong) {
    assert.throws(
      () => parseRecoveryCard(bad),
      (error: Error & { code?: string }) => {
        assert.ok(['REQUEST_INVALID', 'CONFIG_INVALID'].includes(error.code ?? ''), error.message)
        assert.ok(!error.message.includes(third) && error.cause === undefined)
        return true
      },
    )
  }
})
