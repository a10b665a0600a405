import { StorgoError } from '@storgo/protocol'
import { type Address, getAddress, isAddress } from 'viem'

/** An account's address as it was written. @throws {StorgoError} `REQUEST_INVALID`. */
export function parseAddress(text: string): Address {
  if (!isAddress(text))
    throw new StorgoError('REQUEST_INVALID', `"${text}" is not an address, or its checksum is wrong`)
  return getAddress(text)
}
