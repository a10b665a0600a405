import assert from 'node:assert/strict'
import { test } from 'node:test'
import hre from 'hardhat'
import { createPublicClient, http, keccak256 } from 'viem'
import { encodeBlockHeader } from './block-header.ts'

const zero = (bytes: number) => `0x${'00'.repeat(bytes)}` as const
const EMPTY_TRIE = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'
/** Ethereum's first block, as JSON-RPC gives it. */
const GENESIS = {
  parentHash: zero(32),
  sha3Uncles: '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347',
  miner: zero(20),
  stateRoot: '0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544',
  transactionsRoot: EMPTY_TRIE,
  receiptsRoot: EMPTY_TRIE,
  logsBloom: zero(256),
  difficulty: '0x400000000',
  number: '0x0',
  gasLimit: '0x1388',
  gasUsed: '0x0',
  timestamp: '0x0',
  extraData: '0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa',
  mixHash: zero(32),
  nonce: '0x0000000000000042',
  hash: '0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3',
}

test("Ethereum's first block hashes to its known hash", () => {
  assert.equal(keccak256(encodeBlockHeader(GENESIS)), GENESIS.hash)
})

test('headers of every fork since London are encoded', async () => {
  for (const hardfork of ['london', 'merge', 'shanghai', 'cancun', 'prague', 'osaka'] as const) {
    const server = await hre.network.createServer({ override: { hardfork } }, '127.0.0.1', 0)
    try {
      const { port } = await server.listen()
      const client = createPublicClient({ transport: http(`http://127.0.0.1:${port}`) })
      const raw: typeof client.transport.request = client.transport.request
      await raw({ method: 'hardhat_mine', params: ['0x2'] })
      const block: unknown = await raw({ method: 'eth_getBlockByNumber', params: ['0x2', false] })
      assert.ok(typeof block === 'object' && block !== null && 'hash' in block, hardfork)
      assert.equal(keccak256(encodeBlockHeader(block)), block.hash, hardfork)
    } finally {
      await server.close()
    }
  }
})

test('a header with a field changed, missing or unknown is not passed off as the block', () => {
  const refuse = (change: object) =>
    assert.throws(() => encodeBlockHeader({ ...GENESIS, ...change }), { code: 'VERSION_UNSUPPORTED' })
  refuse({ gasLimit: '0x1389' })
  refuse({ baseFeePerGas: '0x7' })
  refuse({ mixHash: undefined })
  refuse({ nonce: 42 })
  refuse({ hash: zero(32) })
})
