import {
  addressOf,
  deriveSessionKey,
  helloDigest,
  linkHash,
  penPromiseDigest,
  type Receipt,
  receiptDigest,
  releaseDigest,
  signHello,
  signPenPromise,
  signReceipt,
  signRelease,
  signState,
  stateDigest,
} from '@storgo/protocol'
import { aState, DOMAIN, EPOCH, MASTER_KEY, PROVIDER_KEYS, stream } from './material.ts'

const { privateKey: sessionKey, address: sessionAddress } = deriveSessionKey(MASTER_KEY, DOMAIN.chainId, 1)
const WALLET_KEY = stream('wallet', 32)
const MAX_UINT64 = 2n ** 64n - 1n
/** Of a writer that completes the state: later than the state's own. */
const TERM = 6n
const MAX_UINT32 = 2 ** 32 - 1

/** Digests and signatures of states, receipts, promises, releases and hellos, and a certificate: sections 3 and 4. */
export function stateVectors() {
  const states = [
    aState(),
    aState({ nonce: 1n, sectors: 0, root: new Uint8Array(32), parent: new Uint8Array(32), term: 0n }),
    aState({ volumeId: MAX_UINT64, nonce: MAX_UINT64, generation: MAX_UINT32, sectors: MAX_UINT32, term: MAX_UINT64 }),
  ]
  const digest = stateDigest(aState(), DOMAIN)
  const promise = { volumeId: 1n, slot: 3, term: 7n, certified: 1n, latest: digest, latestTerm: TERM }
  const operator = PROVIDER_KEYS[promise.slot] as Uint8Array
  const release = { volumeId: 1n, nonce: 2n }
  const hello = { account: sessionAddress, from: stream('from', 37), to: stream('to', 37), issuedAt: 1_800_000_000n }
  return {
    description:
      'docs/protocol/types.md, sections 3 and 4. Signatures are compact (EIP-2098) and deterministic (RFC 6979).',
    domain: DOMAIN,
    sessionKey: { privateKey: sessionKey, address: sessionAddress },
    operators: PROVIDER_KEYS.map((privateKey) => ({ privateKey, address: addressOf(privateKey) })),
    states: states.map((state) => ({
      ...state,
      link: linkHash(state),
      digest: stateDigest(state, DOMAIN),
      signature: signState(state, DOMAIN, sessionKey).signature,
    })),
    receipts: PROVIDER_KEYS.map((key, slot) => ({
      state: digest,
      ...signReceipt({ state: digest, slot, epoch: EPOCH, term: TERM }, DOMAIN, key),
      digest: receiptDigest({ state: digest, slot, epoch: EPOCH, term: TERM }, DOMAIN),
    })),
    certificate: { state: 0, k: 4, m: 2, receipts: [0, 1, 3, 4, 5] satisfies Receipt['slot'][] },
    promise: { ...promise, ...signPenPromise(promise, DOMAIN, operator), digest: penPromiseDigest(promise, DOMAIN) },
    release: {
      ...release,
      digest: releaseDigest(release, DOMAIN),
      signature: signRelease(release, DOMAIN, WALLET_KEY),
      signer: addressOf(WALLET_KEY),
    },
    hello: { ...hello, digest: helloDigest(hello, DOMAIN), signature: signHello(hello, DOMAIN, sessionKey) },
  }
}
