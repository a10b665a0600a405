import { StorgoError } from '@storgo/protocol'
import { type Hex, isHex, keccak256, toHex, toRlp } from 'viem'

/** In the order of the header. */
const FIELDS = [
  'parentHash',
  'sha3Uncles',
  'miner',
  'stateRoot',
  'transactionsRoot',
  'receiptsRoot',
  'logsBloom',
  'difficulty',
  'number',
  'gasLimit',
  'gasUsed',
  'timestamp',
  'extraData',
  'mixHash',
  'nonce',
] as const
/** Each fork's, in order: London; Shanghai; Cancun, three; Prague. Osaka added none. */
const LATER_FIELDS = [
  'baseFeePerGas',
  'withdrawalsRoot',
  'blobGasUsed',
  'excessBlobGas',
  'parentBeaconBlockRoot',
  'requestsHash',
] as const

type RawBlock = { readonly [Name in (typeof FIELDS)[number] | (typeof LATER_FIELDS)[number] | 'hash']?: unknown }

/** Integers lose their leading zeros in RLP, byte strings do not. */
const INTEGERS = new Set<string>([
  'difficulty',
  'number',
  'gasLimit',
  'gasUsed',
  'timestamp',
  'baseFeePerGas',
  'blobGasUsed',
  'excessBlobGas',
])

/**
 * RLP of a block's header, whose keccak256 is the block's hash.
 *
 * @param block as `eth_getBlockByNumber` gives it, unformatted.
 * @throws {StorgoError} `VERSION_UNSUPPORTED` if the header has fields that this version does not know.
 */
export function encodeBlockHeader(block: RawBlock): Hex {
  const later = LATER_FIELDS.filter((name) => block[name] !== undefined && block[name] !== null)
  const rlp = toRlp([...FIELDS, ...later].map((name) => fieldOf(block, name)))
  if (keccak256(rlp) !== block.hash) {
    const details = {
      block: String(block.number),
      hash: String(block.hash),
      fields: FIELDS.length + later.length,
    }
    throw new StorgoError(
      'VERSION_UNSUPPORTED',
      'The block header has a form that this version does not know.',
      details,
    )
  }
  return rlp
}

function fieldOf(block: RawBlock, name: keyof RawBlock): Hex {
  const value = block[name]
  if (!isHex(value)) throw new StorgoError('VERSION_UNSUPPORTED', `The block header has no ${name}.`, { name })
  if (!INTEGERS.has(name)) return value
  const integer = BigInt(value)
  return integer === 0n ? '0x' : toHex(integer)
}
