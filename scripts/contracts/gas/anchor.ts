import { randomBytes } from 'node:crypto'
import { type Epoch, HASH_BYTES, signReceipt, signState, stateDigest } from '@storgo/protocol'
import { bytesToHex, hexToBytes } from 'viem'
import { encodeCertificate } from '../../../sdk/src/chain/encode-certificate.ts'
import { keyOf } from '../../../test/contracts/fixtures/providers.ts'
import { clientKey, type FullBooks, gasUsed, SECTORS } from './full-books.ts'

const VOLUME = 11n
const RECEIPTS = [0, 1, 2, 3, 4]
const ONE = 0b00001
const OTHERS = 0b11110

/** Operator of slot j: the account whose number is one more. */
function operatorKey(slot: number): Uint8Array {
  const { privateKey } = keyOf(slot + 1).getHdKey()
  if (privateKey === null) throw new Error(`account ${slot + 1} has no key`)
  return privateKey
}

/** Raising floors of a 4 + 2 volume with the least certificate: of one slot, then of four others. */
export async function anchorGas({ storgo, owner }: FullBooks): Promise<{ one: bigint; four: bigint }> {
  const domain = { chainId: storgo.chainId, verifyingContract: storgo.proofs.address }
  const [root, parent, head] = [randomBytes(HASH_BYTES), randomBytes(HASH_BYTES), randomBytes(HASH_BYTES)]
  const state = { volumeId: VOLUME, nonce: 9n, generation: 1, sectors: SECTORS, term: 7n, root, parent, head }
  const signed = signState(state, domain, hexToBytes(clientKey(VOLUME)))
  const claim = { state: stateDigest(state, domain), epoch: 5 as Epoch, term: 7n }
  const receipts = RECEIPTS.map((slot) => signReceipt({ ...claim, slot }, domain, operatorKey(slot)))
  const certificate = bytesToHex(encodeCertificate({ signed, receipts }))
  const anchor = async (mask: number) =>
    gasUsed(storgo, await storgo.proofs.write.anchor([certificate, mask], { account: owner.account }))
  return { one: await anchor(ONE), four: await anchor(OTHERS) }
}
