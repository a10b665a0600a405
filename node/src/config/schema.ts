import { multiaddr } from '@multiformats/multiaddr'
import { z } from 'zod'

const multiaddrText = z.string().max(512).refine(isMultiaddrText, 'not a multiaddr')
const port = z.int().min(0).max(65535)
const seconds = z.number().min(0.01).max(86_400)

/**
 * Everything an operator can set. Precedence: flag, then `STORGO_*` variable, then the profile's section of the file, then the
 * file, then the profile's own defaults, then the default here. Strict at every level: a misspelt name is an error. Secrets are
 * paths, never values. What has `reload` takes a new value in a running node: whoever reads it does so when it is used.
 */
export const nodeConfig = z.strictObject({
  dataDir: z.string().min(1).default('./data').describe('Where sectors and the node database live.'),
  chain: z.strictObject({
    rpcUrl: z.url({ protocol: /^https?$/ }).describe('JSON-RPC endpoint of the chain.'),
    deploymentFile: z.string().min(1).describe('JSON file with the addresses of the contracts.'),
    maxFeeGwei: z
      .number()
      .min(0.001)
      .max(1_000_000)
      .default(500)
      .describe('Most ever offered per gas, in gwei.')
      .meta({ reload: true }),
  }),
  operator: z.strictObject({
    keyFile: z.string().min(1).describe('Encrypted operator key (Web3 keystore), mode 600.'),
    passwordFile: z.string().min(1).describe('File with the password of the operator key, mode 600.'),
  }),
  p2p: z
    .strictObject({
      listen: z
        .array(multiaddrText)
        .min(1)
        .max(8)
        .default(['/ip4/127.0.0.1/tcp/0'])
        .describe('Addresses to listen on.'),
      carrierListen: z
        .string()
        .regex(/^(auto|\/\S+)?$/, 'not a multiaddr, auto or nothing')
        .default('auto')
        .describe(
          'IP address and TCP port where bulk bytes are taken; auto: any port at the first of p2p.listen; empty: nowhere.',
        ),
      announce: z
        .array(multiaddrText)
        .max(8)
        .default([])
        .describe('Addresses to publish instead of those listened on; a change is published in the next epoch.')
        .meta({ reload: true }),
      twinCheckSeconds: seconds
        .default(60)
        .describe('Seconds between two looks for another process with the same operator key.')
        .meta({ reload: true }),
      maxConnections: z.int().min(1).max(10_000).default(300).describe('Most open connections.').meta({ reload: true }),
      maxConnectionsPerPeer: z
        .int()
        .min(1)
        .max(64)
        .default(4)
        .describe('Most connections of one peer.')
        .meta({ reload: true }),
    })
    .prefault({}),
  discovery: z
    .strictObject({
      dht: z.boolean().default(true).describe('Find other providers, and be found, in the distributed hash table.'),
      peers: z
        .array(z.string().regex(/^\/\S+\/p2p\/\w+$/, 'not a multiaddr that ends in /p2p/ and a peer id'))
        .max(64)
        .default([])
        .describe('Providers to begin with, besides those of the registry and those remembered.'),
      intervalSeconds: seconds
        .default(60)
        .describe('Seconds between two looks for more peers, while there are few.')
        .meta({ reload: true }),
      mdns: z.boolean().default(false).describe('Look for providers on the local network, by multicast DNS.'),
      relay: z.boolean().default(false).describe('Reach providers, and be reached, through others that relay.'),
      relayServer: z.boolean().default(false).describe('Relay for others, little and for a short time.'),
      holePunching: z
        .boolean()
        .default(false)
        .describe('Make relayed connections direct where both sides are behind a router; needs discovery.relay.'),
      upnp: z.boolean().default(false).describe('Ask the router for a port.'),
    })
    .prefault({}),
  http: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1').describe('Where metrics, health and status are served.'),
      port: port.default(0).describe('0 takes any free port.'),
    })
    .prefault({}),
  capacitySectors: z
    .int()
    .min(1)
    .max(2 ** 28 - 1)
    .default(10_240)
    .describe('Most sectors (1 MiB each) kept for clients.')
    .meta({ reload: true }),
  stagingSectors: z
    .int()
    .min(1)
    .max(65_536)
    .default(512)
    .describe('Most sectors held for uploads not yet committed.')
    .meta({ reload: true }),
  watch: z
    .strictObject({
      intervalSeconds: seconds
        .default(60)
        .describe('Seconds between two looks at the other slots of the volumes held here.')
        .meta({ reload: true }),
      scrubDays: z
        .int()
        .min(1)
        .max(365)
        .default(14)
        .describe('Days in which everything stored is read once, to find what the disk has lost.')
        .meta({ reload: true }),
    })
    .prefault({}),
  neighbours: z
    .strictObject({
      maxAnchorsPerEpoch: z
        .int()
        .min(0)
        .max(1_000)
        .default(4)
        .describe('Most transactions an epoch that raise the floors of co-slots which proved stale states; 0: none.')
        .meta({ reload: true }),
    })
    .prefault({}),
  disk: z
    .strictObject({
      probeSeconds: seconds
        .default(60)
        .describe('Seconds between two tries to read and write the store.')
        .meta({ reload: true }),
      unreadableSeconds: seconds
        .default(300)
        .describe('Seconds after which a node whose store cannot be read stops.')
        .meta({ reload: true }),
      keyDays: z
        .int()
        .min(0)
        .max(3_650)
        .default(0)
        .describe('Days after which sectors are encrypted with a new key, which rewrites them; 0: never.')
        .meta({ reload: true }),
    })
    .prefault({}),
  settleEveryEpochs: z
    .int()
    .min(1)
    .max(10_000)
    .default(4)
    .describe('Epochs between settlements of the own slots.')
    .meta({ reload: true }),
  log: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error', 'silent'])
        .default('info')
        .describe('Least severe line printed.')
        .meta({ reload: true }),
      format: z
        .enum(['json', 'pretty'])
        .default('json')
        .describe('JSON lines, or text for people.')
        .meta({ reload: true }),
    })
    .prefault({}),
})

export type NodeConfig = z.infer<typeof nodeConfig>

function isMultiaddrText(text: string): boolean {
  try {
    return multiaddr(text).getComponents().length > 0
  } catch {
    return false
  }
}
