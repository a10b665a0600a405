import type { PeerId } from '@libp2p/interface'
import {
  type Hello,
  PROTOCOL_VERSION,
  recoverHelloSigner,
  type SigningDomain,
  StorgoError,
  signHello,
} from '@storgo/protocol'
import { type Address, isAddressEqual } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { bytesToHex } from 'viem/utils'

type VersionRange = { min: number; max: number }

/** Who a peer says it is: an operator, a wallet or a session key, on one chain and deployment. */
export type HelloIdentity = {
  /** secp256k1, 32 bytes: signs hello. A provider's is its operator key. */
  privateKey: Uint8Array
  domain: SigningDomain
  /** Name and version of the software: printable ASCII, at most 64 characters. */
  agent: string
  /** Protocol versions spoken; by default exactly the current one. */
  versions?: VersionRange
}

/** Who the other side has proven to be. */
export type Greeting = { account: Address; agent: string }

/** How far two clocks may be apart. */
const MAX_CLOCK_SKEW_SECONDS = 120

type Ends = { from: PeerId; to: PeerId; nowSeconds: number }

const versionsOf = ({ versions }: HelloIdentity) => versions ?? { min: PROTOCOL_VERSION, max: PROTOCOL_VERSION }

/** Our hello from peer `from` (ourselves) to peer `to`, signed. */
export function createHello(identity: HelloIdentity, { from, to, nowSeconds }: Ends): Hello {
  const { privateKey, domain, agent } = identity
  const { min, max } = versionsOf(identity)
  const account = privateKeyToAddress(bytesToHex(privateKey))
  const issuedAt = BigInt(nowSeconds)
  const claim = { account, from: bytesOf(from), to: bytesOf(to), issuedAt }
  return {
    chainId: domain.chainId,
    contract: domain.verifyingContract,
    versionMin: min,
    versionMax: max,
    agent,
    account,
    issuedAt,
    signature: signHello(claim, domain, privateKey),
  }
}

/**
 * Checks a hello that came from peer `from` to peer `to` (ourselves), as the transport authenticated the two. So a hello
 * that was made for or by another peer is refused.
 *
 * @throws {StorgoError} `WRONG_CHAIN`, `VERSION_UNSUPPORTED`, `HELLO_REFUSED`.
 */
export function checkHello(hello: Hello, identity: HelloIdentity, { from, to, nowSeconds }: Ends): Greeting {
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
  return { account, agent }
}

const bytesOf = (peerId: PeerId) => peerId.toMultihash().bytes
