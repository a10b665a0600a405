import { z } from 'zod'
import { address, chainId, listOf, localPath, message, url, volumeId } from './atoms.ts'

const volumeIds = listOf(volumeId, 256)
const wallet = {
  ...{ address, profileFile: localPath, keyFile: localPath, envelopeFile: localPath },
  passwordFile: localPath.optional().describe('missing where the password is asked for'),
  ...{ chainId, rpcUrl: url },
}

/** Data of `storgo init`, `recovery card` and `recover`. No key is ever in it but the card's, which is printed on demand. */
export const WALLET_SCHEMAS = {
  'storgo.init/1': z.strictObject(wallet),
  'storgo.recovery.card/1': z.union([
    z.strictObject({ card: message.describe('secret: it reads all files'), volumeIds }),
    z.strictObject({ file: localPath, volumeIds }),
  ]),
  'storgo.recover/1': z.strictObject({ ...wallet, volumeIds }),
}
