import { StorgoError } from '@storgo/protocol'
import { type Address, getAddress, isAddress } from 'viem'

const CONTRACTS = ['token', 'parameters', 'registry', 'market', 'proofs', 'timelock'] as const

/** Where a network's contracts are; `block` is the last one before any of them existed. */
export type Deployment = { chainId: number; block: number } & Record<(typeof CONTRACTS)[number], Address>

/**
 * Reads a deployment record, the parsed JSON of a deployment file. Addresses come out checksummed.
 *
 * @throws {StorgoError} `CONFIG_INVALID` for a missing, unknown or malformed field.
 */
export function parseDeployment(record: unknown): Deployment {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) throw invalid('it is not an object')
  const fields: Record<string, unknown> = { ...record }
  const known = new Set<string>(['chainId', 'block', ...CONTRACTS])
  for (const name of Object.keys(fields)) if (!known.has(name)) throw invalid(`${name} is not a field of it`)
  const addressOf = (name: (typeof CONTRACTS)[number]): Address => {
    const value = fields[name]
    if (typeof value !== 'string' || !isAddress(value, { strict: false })) throw invalid(`${name} is not an address`)
    return getAddress(value)
  }
  const integerOf = (name: 'chainId' | 'block', min: number): number => {
    const value = fields[name]
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min) {
      throw invalid(`${name} is not an integer from ${min} on`)
    }
    return value
  }
  return {
    chainId: integerOf('chainId', 1),
    token: addressOf('token'),
    parameters: addressOf('parameters'),
    registry: addressOf('registry'),
    market: addressOf('market'),
    proofs: addressOf('proofs'),
    timelock: addressOf('timelock'),
    block: integerOf('block', 0),
  }
}

const invalid = (reason: string) => new StorgoError('CONFIG_INVALID', `The deployment record is invalid: ${reason}.`)
