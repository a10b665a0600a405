import type { PeerId } from '@libp2p/interface'
import {
  compactSignature,
  type Hello,
  type HelloClaim,
  helloTypedData,
  PROTOCOL_VERSION,
  recoverHelloSigner,
  type SigningDomain,
  StorgoError,
  signHello,
} from '@storgo/protocol'
import { type Address, isAddressEqual, type LocalAccount } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { bytesToHex } from 'viem/utils'

type VersionRange = { min: number; max: number }

/** Who a peer says it is: an operator or a session key, on one chain and deployment. */
export type HelloIdentity = Spoken & {
  /** secp256k1, 32 bytes: signs hello. A provider's is its operator key. */
  privateKey: Uint8Array
}

/** A wallet whose key is not at hand: it is asked to sign every hello. */
export type WalletIdentity = Spoken & { wallet: Pick<LocalAccount, 'address' | 'signTypedData'> }

type Spoken = {
  domain: SigningDomain
  /** Name and version of the software: printable ASCII, at most 64 characters. */
  agent: string
  /** Protocol versions spoken; by default exactly the current one. */
  versions?: VersionRange
}

/** Who the other side has proven to be, and the TCP port at which it takes native carriers; 0: at none. */
export type Greeting = { account: Address; agent: string; carrierPort: number }

/** How far two clocks may be apart. */
const MAX_CLOCK_SKEW_SECONDS = 120

type Ends = { from: PeerId; to: PeerId; nowSeconds: number }

const versionsOf = ({ versions }: Spoken) => versions ?? { min: PROTOCOL_VERSION, max: PROTOCOL_VERSION }

/** Our hello from peer `from` (ourselves) to peer `to`, signed. */
export function createHello(identity: HelloIdentity, ends: Ends): Hello {
  const { privateKey, domain } = identity
  const claim = claimOf(privateKeyToAddress(bytesToHex(privateKey)), ends)
  return helloOf(identity, claim, signHello(claim, domain, privateKey))
}

/** The same, also for a wallet, which may ask its user. */
export async function signedHello(identity: HelloIdentity | WalletIdentity, ends: Ends): Promise<Hello> {
  if (!('wallet' in identity)) return createHello(identity, ends)
  const { wallet, domain } = identity
  const claim = claimOf(wallet.address, ends)
  return helloOf(identity, claim, compactSignature(await wallet.signTypedData(helloTypedData(domain, claim))))
}

function claimOf(account: Address, { from, to, nowSeconds }: Ends): HelloClaim {
  return { account, from: bytesOf(from), to: bytesOf(to), issuedAt: BigInt(nowSeconds) }
}

function helloOf(spoken: Spoken, { account, issuedAt }: HelloClaim, signature: Uint8Array): Hello {
  const { domain, agent } = spoken
  const { min, max } = versionsOf(spoken)
  const contract = domain.verifyingContract
  return { chainId: domain.chainId, contract, versionMin: min, versionMax: max, agent, account, issuedAt, signature }
}

/**
 * Checks a hello that came from peer `from` to peer `to` (ourselves), as the transport authenticated the two. So a hello
 * that was made for or by another peer is refused.
 *
 * @throws {StorgoError} `WRONG_CHAIN`, `VERSION_UNSUPPORTED`, `HELLO_REFUSED`.
 */
export function checkHello(hello: Hello, identity: Spoken, { from, to, nowSeconds }: Ends): Greeting {
  const { domain } = identity
  if (hello.chainId !== domain.chainId || !isAddressEqual(hello.contract, domain.verifyingContract)) {
    const ours = { chainId: domain.chainId, contract: domain.verifyingContract }
    const details = { theirChainId: hello.chainId, theirContract: hello.contract, ...ours }
    throw new StorgoError('WRONG_CHAIN', 'The peer is on another chain or deployment.', details)
  }
  const { min, max } = versionsOf(identity)
  if (hello.versionMin > max || hello.versionMax < min) {
    const details = { min, max, theirMin: hello.versionMin, theirMax: hello.versionMax }
    throw new StorgoError('VERSION_UNSUPPORTED', 'The peer speaks no protocol version that we speak.', details)
  }
  const { account, agent, issuedAt, signature } = hello
  const skewSeconds = Number(issuedAt) - nowSeconds
  if (Math.abs(skewSeconds) > MAX_CLOCK_SKEW_SECONDS) {
    throw new StorgoError('HELLO_REFUSED', "The peer's clock and ours are too far apart.", { skewSeconds })
  }
  const claim = { account, from: bytesOf(from), to: bytesOf(to), issuedAt }
  const signer = recoverHelloSigner(claim, signature, domain)
  if (!isAddressEqual(signer, account)) {
    throw new StorgoError('HELLO_REFUSED', 'The hello is not signed by its account for this connection.', { account })
  }
  return { account, agent, carrierPort: hello.carrierPort ?? 0 }
}

const bytesOf = (peerId: PeerId) => peerId.toMultihash().bytes
