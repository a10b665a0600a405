import { z } from 'zod'

const address = z.templateLiteral(['0x', z.string().regex(/^[0-9a-fA-F]{40}$/u)])
const account = z.strictObject({
  address,
  keyFile: z.string(),
  passwordFile: z.string(),
  /** The sealed master key that its files are encrypted under. */
  envelopeFile: z.string(),
})
const provider = z.strictObject({
  name: z.string(),
  operator: address,
  peerId: z.string(),
  multiaddr: z.string(),
  httpUrl: z.url(),
  pid: z.int().positive(),
  dataDir: z.string(),
})

/** What a running local network says about itself in `.storgo/local/network.json`. Holds paths of keys, never keys. */
export const localNetworkRecord = z.strictObject({
  /** The supervisor; every other process ends with it. */
  pid: z.int().positive(),
  chainId: z.int().positive(),
  rpcUrl: z.url(),
  deploymentFile: z.string(),
  accounts: z.strictObject({ demo: account }),
  providers: z.array(provider),
  /** The demo account's open volume, in decimal. */
  volumeId: z.string().regex(/^\d{1,20}$/u),
  /** ISO 8601. */
  startedAt: z.iso.datetime(),
})
export type LocalNetworkRecord = z.infer<typeof localNetworkRecord>
export type LocalProvider = LocalNetworkRecord['providers'][number]
