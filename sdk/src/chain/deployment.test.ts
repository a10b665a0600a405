import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDeployment } from './deployment.ts'

const address = (digit: number) => `0x${`${digit}`.repeat(40)}`
const record = {
  chainId: 31337,
  token: address(1),
  parameters: address(2),
  registry: address(3),
  market: address(4),
  proofs: address(5),
  timelock: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  block: 0,
}

test('a deployment record comes out with checksummed addresses', () => {
  assert.deepEqual(parseDeployment(record), { ...record, timelock: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266' })
})

test('a deployment record with a missing, unknown or malformed field is refused', () => {
  const { market: _, ...incomplete } = record
  const broken: unknown[] = [
    ...[null, [], 'text', {}, incomplete],
    { ...record, markt: address(4) },
    ...[{ token: '0x12' }, { token: 7 }, { chainId: 0 }, { chainId: '31337' }, { block: -1 }, { block: 1.5 }].map(
      (change) => ({ ...record, ...change }),
    ),
  ]
  for (const each of broken)
    assert.throws(() => parseDeployment(each), { code: 'CONFIG_INVALID' }, JSON.stringify(each))
})
