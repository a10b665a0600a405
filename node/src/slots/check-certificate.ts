import { type Certificate, verifyCertificate } from '@storgo/protocol'
import { type Address, zeroAddress } from 'viem'
import type { SlotServices } from './slot-services.ts'
import type { VolumeFacts } from './volume-facts.ts'

/** @throws {StorgoError} `CERTIFICATE_INVALID`, `STATE_SIGNATURE_INVALID`. */
export async function assertCertificate(
  { volumes, domain }: Pick<SlotServices, 'volumes' | 'domain'>,
  certificate: Certificate,
  { k, m, generation, sessionKey, operators, formers }: VolumeFacts,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  const { state } = certificate.signed
  const key =
    state.generation === generation
      ? sessionKey
      : await volumes.sessionKeyOf(state.volumeId, state.generation, { signal })
  // Nobody can sign for the zero address: of a vacant slot only what its former operator certified counts.
  const holders: Address[] = operators.map((operator) => operator ?? zeroAddress)
  verifyCertificate(certificate, { domain, k, m, operators: holders, formers, sessionKey: key.address })
}
