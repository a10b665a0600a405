import { type Address, bytesToHex, getAddress, hexToBytes, isAddress } from 'viem'
import { checkBytes, checkInteger, checkUint64, MAX_UINT32 } from './field-checks.ts'
import { HelloSchema } from './generated/storgo/v1/hello_pb.ts'
import { build, type Forward, forwardOf, invalid, parse, serialize } from './message-codec.ts'
import { MAX_AGENT_LENGTH } from './wire-limits.ts'

export const HELLO_PROTOCOL = '/storgo/hello/1.0.0'

const ADDRESS_BYTES = 20
const SIGNATURE_BYTES = 64
const MAX_PORT = 65_535

/**
 * What both sides say first; request and reply alike. `contract` is the `ProofOfStorage` proxy of the sender's network,
 * `versionMin` to `versionMax` the protocol versions it speaks, `issuedAt` Unix seconds, `signature` (64 bytes,
 * EIP-2098) that of `account` over EIP-712 `Hello` with the peer ids that the transport authenticated.
 */
export type Hello = Forward & {
  chainId: number
  contract: Address
  versionMin: number
  versionMax: number
  /** Name and version of the software: printable ASCII, at most 64 characters. */
  agent: string
  account: Address
  issuedAt: bigint
  signature: Uint8Array
  /** TCP port of native carriers at the address of this connection, if it takes any. */
  carrierPort?: number
}

export function encodeHello(hello: Hello): Uint8Array<ArrayBuffer> {
  check(hello)
  const fields = {
    chainId: BigInt(hello.chainId),
    contract: addressBytes('contract', hello.contract),
    versionMin: hello.versionMin,
    versionMax: hello.versionMax,
    agent: hello.agent,
    account: addressBytes('account', hello.account),
    issuedAt: hello.issuedAt,
    signature: hello.signature,
    carrierPort: hello.carrierPort ?? 0,
  }
  return serialize(HelloSchema, build(HelloSchema, fields, hello))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed hello. Addresses come out checksummed. */
export function decodeHello(bytes: Uint8Array): Hello {
  const message = parse(HelloSchema, bytes)
  const { versionMin, versionMax, agent, issuedAt, signature } = message
  const hello = {
    chainId: Number(message.chainId),
    contract: addressOf('contract', message.contract),
    versionMin,
    versionMax,
    agent,
    account: addressOf('account', message.account),
    issuedAt,
    signature,
    ...(message.carrierPort !== 0 && { carrierPort: message.carrierPort }),
    ...forwardOf(message),
  }
  check(hello)
  return hello
}

function check({ chainId, versionMin, versionMax, agent, issuedAt, signature, carrierPort = 0 }: Hello): void {
  checkInteger('chainId', chainId, 1, Number.MAX_SAFE_INTEGER)
  checkInteger('versionMin', versionMin, 1, MAX_UINT32)
  checkInteger('versionMax', versionMax, versionMin, MAX_UINT32)
  checkInteger('agentLength', agent.length, 0, MAX_AGENT_LENGTH)
  if (!/^[ -~]*$/.test(agent)) throw invalid('the agent is not printable ASCII')
  checkUint64('issuedAt', issuedAt)
  checkBytes('signature', signature, SIGNATURE_BYTES)
  checkInteger('carrierPort', carrierPort, 0, MAX_PORT)
}

function addressOf(field: string, bytes: Uint8Array): Address {
  checkBytes(field, bytes, ADDRESS_BYTES)
  return getAddress(bytesToHex(bytes))
}

function addressBytes(field: string, address: Address): Uint8Array {
  if (!isAddress(address, { strict: false })) throw invalid(`${field} is not an address`)
  return hexToBytes(address)
}
