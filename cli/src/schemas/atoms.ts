import { z } from 'zod'

/** Most entries of a list that grows with a network: providers, peers, states. */
const MOST_ENTRIES = 100_000
/** Longest text that is not a message: a path has at most 4 096 bytes. */
const MOST_TEXT = 4_096

/** A whole number that may be too large for JSON's, in decimal: amounts, nonces, blocks. */
export const decimal = z
  .string()
  .regex(/^\d{1,78}$/u)
  .brand<'decimal'>()
export type Decimal = z.infer<typeof decimal>

/** An amount of STOR's (or ETH's) smallest unit, of which 10^18 are one. */
export const amount = decimal.describe('in the smallest unit; 10^18 are one STOR or ETH')
export const volumeId = decimal.describe('number of the volume')
export const nonce = decimal.describe("number of the volume's state")
export const gas = decimal.describe('gas that the transaction used')
export const block = decimal.describe('number of the chain block')

export const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/u)
export const transactionHash = z.string().regex(/^0x[0-9a-f]{64}$/u)
export const cid = z.string().regex(/^b[a-z2-7]{58}$/u)
export const url = z.string().regex(/^https?:\/\/\S+$/u)

export const count = z.int().min(0)
export const bytes = count.describe('bytes')
export const sectors = count.describe('MiB')
export const epoch = count.describe('epoch')
export const slot = z.int().min(0).max(31)
export const processId = z.int().min(1)
export const chainId = z.int().min(1)
export const milliseconds = z.number().min(0).describe('milliseconds')
export const seconds = z.number().min(0).describe('seconds')
/** A time. */
export const unixMs = count.describe('Unix milliseconds')
export const isoTime = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/u)

export const text = z.string().max(MOST_TEXT)
/** What a person is told: it may quote other programs. */
export const message = z.string().max(65_536)
export const remotePath = z.string().min(1).max(MOST_TEXT).describe('path in the volume')
export const localPath = z.string().min(1).max(MOST_TEXT).describe('path on this machine')
export const peerId = z.string().min(1).max(128)
export const provider = z
  .string()
  .min(1)
  .max(256)
  .describe("name of the provider: that in the local network, or its folder's")

/** A list of `entry`. */
export function listOf<Entry extends z.ZodType>(entry: Entry, most = MOST_ENTRIES): z.ZodArray<Entry> {
  return z.array(entry).max(most)
}

/** What every transaction tells. */
export const sent = { transactionHash, block, gasUsed: gas }
