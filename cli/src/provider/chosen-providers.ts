import { StorgoError } from '@storgo/protocol'
import { type Chain, listProviders, type Provider, readProvider } from '@storgo/sdk'
import { parseAddress } from '../profile/parse-address.ts'

/** One registered provider. @throws {StorgoError} `REQUEST_INVALID` if none has that operator address. */
export async function registeredProvider(chain: Chain, text: string): Promise<Provider> {
  const operator = parseAddress(text)
  const provider = await readProvider(chain, operator)
  if (provider === undefined)
    throw new StorgoError('REQUEST_INVALID', `${operator} is not a registered provider`, {
      operator,
      next: 'storgo stake status',
    })
  return provider
}

/** All providers that an account owns. */
export async function ownProviders(chain: Chain, account: string): Promise<Provider[]> {
  const all = await Array.fromAsync(listProviders(chain))
  return all.filter(({ owner }) => owner.toLowerCase() === account.toLowerCase())
}

/** The provider that is named, or else those that the account owns, or if it owns none all. */
export async function chosenProviders(chain: Chain, account: string, named: string | undefined): Promise<Provider[]> {
  if (named !== undefined) return [await registeredProvider(chain, named)]
  const own = await ownProviders(chain, account)
  return own.length > 0 ? own : Array.fromAsync(listProviders(chain))
}
