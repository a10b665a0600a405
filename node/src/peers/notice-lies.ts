import { type ErrorCode, isStorgoError } from '@storgo/protocol'
import type { Offence, PeerGuard, RequestHandler } from '@storgo/sdk'

/** What a peer has done whose bytes or signatures fail with these codes; a lie, or a very broken program. */
const LIES: Partial<Record<ErrorCode, Offence>> = {
  PROOF_INVALID: 'bytes-false',
  STATE_ROOT_MISMATCH: 'state-false',
  HEAD_INVALID: 'state-false',
  STATE_SIGNATURE_INVALID: 'signature-false',
  CERTIFICATE_INVALID: 'signature-false',
}

/** The offence that verification ended with; `undefined` if it ended in another way. */
export function lieOf(error: unknown): Offence | undefined {
  if (!isStorgoError(error)) return undefined
  if (error.code !== 'STATE_UNFINISHED') return LIES[error.code]
  // A writer signs one state of a nonce in a term, and only the writer that holds the term's pen gets this far.
  const { nonce, heldNonce, term, heldTerm } = error.details
  return nonce !== undefined && nonce === heldNonce && term === heldTerm ? 'states-conflicting' : undefined
}

/** The same handler; what peers ask of it that does not verify is held against them. */
export function noticingLies(handle: RequestHandler, guard: PeerGuard): RequestHandler {
  return async (request, context) => {
    try {
      return await handle(request, context)
    } catch (error) {
      const offence = lieOf(error)
      if (offence) guard.offended(context.peer, offence)
      throw error
    }
  }
}
