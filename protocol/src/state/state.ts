import type { Address } from 'viem'
import { StorgoError } from '../errors.ts'
import { bytesWord, hashStruct, hashText, type SigningDomain, typedDigest, uintWord } from './eip712.ts'
import { recoverSigner, signDigest } from './signature.ts'

/** What a client signs after a change of a volume: docs/protocol/types.md section 3. Hashes are 32 bytes. */
export type State = {
  volumeId: bigint
  /** 1, 2, 3 …; 0 is the implicit empty state, which nobody signs. */
  nonce: bigint
  /** Of the session key that signs; from 1. */
  generation: number
  /** Per slot, the same for all slots. */
  sectors: number
  /** Volume root. */
  root: Uint8Array
  /** Digest of the state before; zero for nonce 1. */
  parent: Uint8Array
  /** Fences off earlier holders of the pen. */
  term: bigint
  /** Hash of the head record. */
  head: Uint8Array
}

/** A state with the session key's signature (64 bytes, compact). */
export type SignedState = { state: State; signature: Uint8Array }

const LINK = 'Link(bytes32 parent,uint64 term,bytes32 head)'
const LINK_TYPE = hashText(LINK)
const STATE_TYPE = hashText(
  `State(uint64 volumeId,uint64 nonce,uint32 generation,uint32 sectors,bytes32 root,Link link)${LINK}`,
)

/** Hash of `parent`, `term` and `head`: the 32 bytes that stand for the three in a proof. */
export function linkHash({ parent, term, head }: Pick<State, 'parent' | 'term' | 'head'>): Uint8Array {
  return hashStruct(LINK_TYPE, bytesWord(parent), uintWord(term, 64), bytesWord(head))
}

/** The EIP-712 digest of a state: what is signed, and what `parent` and receipts name. 32 bytes. */
export function stateDigest(state: State, domain: SigningDomain): Uint8Array {
  return typedDigest(
    domain,
    hashStruct(
      STATE_TYPE,
      uintWord(state.volumeId, 64),
      uintWord(state.nonce, 64),
      uintWord(state.generation, 32),
      uintWord(state.sectors, 32),
      bytesWord(state.root),
      linkHash(state),
    ),
  )
}

/** @param privateKey of the session key, 32 bytes. */
export function signState(state: State, domain: SigningDomain, privateKey: Uint8Array): SignedState {
  return { state, signature: signDigest(stateDigest(state, domain), privateKey) }
}

/** @throws {StorgoError} `STATE_SIGNATURE_INVALID` if that is nobody's signature. */
export function recoverStateSigner({ state, signature }: SignedState, domain: SigningDomain): Address {
  const signer = recoverSigner(stateDigest(state, domain), signature)
  if (signer === undefined) {
    const { volumeId, nonce } = state
    throw new StorgoError('STATE_SIGNATURE_INVALID', 'the state has no valid signature', { volumeId, nonce })
  }
  return signer
}
