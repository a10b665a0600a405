import {
  type Envelope,
  masterKeyTypedData,
  randomBytes,
  StorgoError,
  unwrapMasterKey,
  wrapMasterKey,
} from '@storgo/protocol'
import type { Hex, LocalAccount } from 'viem'

/** A wallet that signs EIP-712 data. */
export type KeyWallet = Pick<LocalAccount, 'address' | 'signTypedData'>

/** A fresh master key and its envelope. The wallet is asked twice. @throws {StorgoError} as {@link sealMasterKey}. */
export async function createMasterKey(
  wallet: KeyWallet,
  chainId: number,
): Promise<{ masterKey: Uint8Array; envelope: Envelope }> {
  const masterKey = randomBytes(32)
  return { masterKey, envelope: await sealMasterKey(wallet, chainId, masterKey) }
}

/**
 * An envelope of a master key that the same wallet opens on any device. The wallet is asked twice.
 * @throws {StorgoError} `REQUEST_INVALID` for a wallet that does not sign the same data the same way each time: it could
 * never open the envelope again.
 */
export async function sealMasterKey(wallet: KeyWallet, chainId: number, masterKey: Uint8Array): Promise<Envelope> {
  const salt = randomBytes(32)
  const signature = await sign(wallet, chainId, salt)
  if (signature !== (await sign(wallet, chainId, salt))) {
    throw new StorgoError(
      'REQUEST_INVALID',
      'this wallet signs the same message differently each time, so it cannot unlock files; use another wallet',
      { wallet: wallet.address },
    )
  }
  return wrapMasterKey(masterKey, salt, signature)
}

/** The master key in an envelope of kind `wallet`. @throws {StorgoError} `DECRYPTION_FAILED` if another wallet made it. */
export async function unlockMasterKey(wallet: KeyWallet, chainId: number, envelope: Envelope): Promise<Uint8Array> {
  return unwrapMasterKey(envelope, await sign(wallet, chainId, envelope.salt))
}

function sign(wallet: KeyWallet, chainId: number, salt: Uint8Array): Promise<Hex> {
  return wallet.signTypedData(masterKeyTypedData(chainId, salt))
}
