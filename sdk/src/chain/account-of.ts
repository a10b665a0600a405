import { StorgoError } from '@storgo/protocol'
import type { LocalAccount } from 'viem'
import type { Chain } from './connect-chain.ts'

/** @throws {StorgoError} `CONFIG_INVALID` if the chain was connected without an account. */
export function accountOf({ account }: Chain): LocalAccount {
  if (!account) throw new StorgoError('CONFIG_INVALID', 'Sending a transaction needs an account.')
  return account
}
