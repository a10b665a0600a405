import { type HDAccount, mnemonicToAccount } from 'viem/accounts'

/** Hardhat's published mnemonic: its accounts have ETH on a fresh chain 31337, and nothing anywhere else. */
const MNEMONIC = 'test test test test test test test test test test test junk'
const FIRST_OWNER = 3
const FIRST_OPERATOR = 11

/** How many providers a local network has: one more than a 4+2 volume needs. */
export const PROVIDERS = 7

/** Who does what in a local network. The same at every start, so that peer ids and addresses stay the same. */
export const accounts = {
  /** Deploys, and holds all STOR at first. */
  deployer: account(0),
  /** Owns the open volume and the files in it. */
  demo: account(1),
  /** Own the providers: stake for them, and alone may withdraw. */
  owners: Array.from({ length: PROVIDERS }, (_, index) => account(FIRST_OWNER + index)),
  /** Run the providers: sign receipts and proofs. */
  operators: Array.from({ length: PROVIDERS }, (_, index) => account(FIRST_OPERATOR + index)),
}

/** @throws {Error} never in practice: an account of a mnemonic has a private key. */
export function privateKeyOf(account: HDAccount): Uint8Array {
  const { privateKey } = account.getHdKey()
  if (privateKey === null) throw new Error(`account ${account.address} has no private key`)
  return privateKey
}

function account(addressIndex: number): HDAccount {
  return mnemonicToAccount(MNEMONIC, { addressIndex })
}
