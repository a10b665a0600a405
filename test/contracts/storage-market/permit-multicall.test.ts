// permit, multicall
// ├── a permit and an opening in one transaction need no earlier approval
// ├── when somebody else has sent the same permit first, the transaction still goes through
// ├── when the permit is another's, is too low or has expired → the opening reverts ERC20InsufficientAllowance
// ├── several calls in one act for the caller, in order
// └── when one of them fails, none counts and its own error comes back
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeFunctionData, type Hex, maxUint256, parseSignature } from 'viem'
import { account } from '../fixtures/network.ts'
import { keyOf } from '../fixtures/providers.ts'
import { openParams, openVolume } from '../fixtures/volumes.ts'
import { addressOf, aMarket, type Market, pricePerEpoch } from './fixtures/a-market.ts'
import { balanceOf, held } from './fixtures/balances.ts'

const CLIENT = 45
const EPOCHS = 3
const SECTORS = 5
const COST = pricePerEpoch(6, SECTORS) * BigInt(EPOCHS)

/** A client with exactly the STOR one volume costs, and no allowance. */
async function aClient(scene: Market) {
  const wallet = account(scene, CLIENT)
  await scene.token.write.transfer([wallet.account.address, COST])
  return wallet
}

/** The client's signed permit for the market. */
async function signPermit(
  { token, market, chainId }: Market,
  { value = COST, deadline = maxUint256, signer = CLIENT } = {},
) {
  const key = keyOf(signer)
  const signature = await key.signTypedData({
    domain: { name: 'Storgo', version: '1', chainId, verifyingContract: token.address },
    types: {
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Permit',
    message: {
      owner: key.address,
      spender: market.address,
      value,
      nonce: await token.read.nonces([key.address]),
      deadline,
    },
  })
  const { r, s, yParity } = parseSignature(signature)
  return { value, deadline, v: 27 + yParity, r, s }
}

type Permit = Awaited<ReturnType<typeof signPermit>>

/** The two calls of an opening with a permit. */
function permitAndOpen({ market, providers }: Market, { value, deadline, v, r, s }: Permit): Hex[] {
  return [
    encodeFunctionData({ abi: market.abi, functionName: 'permit', args: [value, deadline, v, r, s] }),
    encodeFunctionData({
      abi: market.abi,
      functionName: 'open',
      args: [openParams({ providers, sectors: SECTORS, epochs: EPOCHS })],
    }),
  ]
}

test('a permit and an opening in one transaction need no earlier approval', async () => {
  const scene = await aMarket()
  const { market, token } = scene
  const client = await aClient(scene)
  await market.write.multicall([permitAndOpen(scene, await signPermit(scene))], { account: client.account })
  assert.equal((await market.read.volume([1n])).owner, addressOf(client))
  assert.equal(await balanceOf(scene, client.account.address), 0n)
  assert.equal(await held(scene), COST)
  assert.equal(await token.read.allowance([client.account.address, market.address]), 0n)
})

test('when somebody else has sent the same permit first, the transaction still goes through', async () => {
  const scene = await aMarket()
  const { viem, market, token, stranger } = scene
  const client = await aClient(scene)
  const permit = await signPermit(scene)
  const { value, deadline, v, r, s } = permit
  await token.write.permit([client.account.address, market.address, value, deadline, v, r, s], {
    account: stranger.account,
  })
  const again = token.write.permit([client.account.address, market.address, value, deadline, v, r, s])
  await viem.assertions.revertWithCustomError(again, token, 'ERC2612InvalidSigner')
  await market.write.multicall([permitAndOpen(scene, permit)], { account: client.account })
  assert.equal((await market.read.volume([1n])).owner, addressOf(client))
})

test("when the permit is another's, is too low or has expired the opening reverts", async () => {
  const scene = await aMarket()
  const { viem, market, token } = scene
  const client = await aClient(scene)
  for (const [permit, allowance] of [
    [await signPermit(scene, { signer: 44 }), 0n],
    [await signPermit(scene, { deadline: 1n }), 0n],
    [await signPermit(scene, { value: COST - 1n }), COST - 1n],
  ] as const) {
    const call = market.write.multicall([permitAndOpen(scene, permit)], { account: client.account })
    await viem.assertions.revertWithCustomErrorWithArgs(call, token, 'ERC20InsufficientAllowance', [
      market.address,
      allowance,
      COST,
    ])
  }
  assert.equal(await market.read.volumeCount(), 0n)
})

test('several calls in one act for the caller, in order', async () => {
  const scene = await aMarket()
  const { market, owner, providers } = scene
  const volumeId = await openVolume(scene, { owner, providers, sectors: SECTORS, epochs: EPOCHS })
  const before = await balanceOf(scene, owner.account.address)
  const calls = [
    encodeFunctionData({ abi: market.abi, functionName: 'topUp', args: [volumeId, 4, maxUint256] }),
    encodeFunctionData({ abi: market.abi, functionName: 'resize', args: [volumeId, 2 * SECTORS, maxUint256] }),
    encodeFunctionData({ abi: market.abi, functionName: 'close', args: [volumeId] }),
    encodeFunctionData({ abi: market.abi, functionName: 'withdraw' }),
  ]
  await market.write.multicall([calls], { account: owner.account })
  // All in the opening epoch: what went in came back.
  assert.equal((await balanceOf(scene, owner.account.address)) - before, COST)
  assert.equal(await held(scene), 0n)
  assert.equal((await market.read.volume([volumeId])).closed, true)
})

test('when one of them fails, none counts and its own error comes back', async () => {
  const scene = await aMarket()
  const { viem, market, owner, providers } = scene
  const volumeId = await openVolume(scene, { owner, providers, sectors: SECTORS, epochs: EPOCHS })
  const [before, balance] = [await market.read.volume([volumeId]), await balanceOf(scene, owner.account.address)]
  const calls = [
    encodeFunctionData({ abi: market.abi, functionName: 'topUp', args: [volumeId, 4, maxUint256] }),
    encodeFunctionData({ abi: market.abi, functionName: 'resize', args: [volumeId, 0, maxUint256] }),
  ]
  const call = market.write.multicall([calls], { account: owner.account })
  await viem.assertions.revertWithCustomErrorWithArgs(call, market, 'StorageMarketZeroCapacity', [])
  assert.deepEqual(await market.read.volume([volumeId]), before)
  assert.equal(await balanceOf(scene, owner.account.address), balance)
})
