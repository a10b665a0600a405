// initialize, of each of the five contracts as deployed
// ├── on the proxy          → reverts InvalidInitialization
// └── on the implementation → reverts InvalidInitialization
import { test } from 'node:test'
import { type Address, encodeFunctionData, type Hex } from 'viem'
import { account, aStorgo, type Storgo } from '../fixtures/network.ts'
import { implementationOf, PROXIES, type ProxyName } from './fixtures/proxies.ts'

/** A valid initialisation that would hand the contract to `owner`. */
function initialization(storgo: Storgo, name: ProxyName, owner: Address): Hex {
  const { token, parameters } = storgo
  if (name === 'token') {
    return encodeFunctionData({ abi: token.abi, functionName: 'initialize', args: [owner, owner, 1n] })
  }
  if (name === 'parameters') {
    const values = [20n, 10n ** 21n, 10n ** 19n, 4n, 2n, 2n, 4n]
    return encodeFunctionData({ abi: parameters.abi, functionName: 'initialize', args: [owner, values] })
  }
  return encodeFunctionData({ abi: storgo[name].abi, functionName: 'initialize', args: [owner] })
}

for (const [name, contract] of PROXIES) {
  test(`${contract}: neither the proxy nor the implementation can be initialised`, async () => {
    const storgo = await aStorgo()
    const { viem } = storgo
    const { address } = storgo[name]
    const taker = account(storgo, 1)
    const data = initialization(storgo, name, taker.account.address)
    for (const to of [address, await implementationOf(storgo, address)]) {
      const call = taker.sendTransaction({ to, data })
      await viem.assertions.revertWithCustomError(call, storgo.token, 'InvalidInitialization')
    }
  })
}
