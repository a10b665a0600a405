import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

const ABI = new URL('../../contracts/abi/', import.meta.url)

/** Names the contracts' interfaces: a network with others cannot be spoken to. */
export function contractsFingerprint(): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(ABI).sort()) hash.update(name).update(readFileSync(new URL(name, ABI)))
  return hash.digest('hex')
}
