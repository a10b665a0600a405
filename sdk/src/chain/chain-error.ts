import { storgoErrorsAbi } from '@storgo/contracts/abi'
import { type ErrorCode, type ErrorDetails, isStorgoError, StorgoError } from '@storgo/protocol'
import {
  BaseError,
  decodeErrorResult,
  type Hex,
  HttpRequestError,
  InsufficientFundsError,
  isHex,
  RpcRequestError,
  TimeoutError,
  WaitForTransactionReceiptTimeoutError,
} from 'viem'

/** Contract errors that have a code of their own; all others are `TRANSACTION_FAILED`. */
const CODE_OF: Readonly<Record<string, ErrorCode>> = {
  ERC20InsufficientBalance: 'INSUFFICIENT_FUNDS',
  StorageMarketPriceTooHigh: 'PRICE_TOO_HIGH',
  StorageMarketUnknownVolume: 'VOLUME_UNKNOWN',
  StorageMarketClosed: 'VOLUME_CLOSED',
}

/**
 * Runs calls to the chain and names what goes wrong.
 *
 * @throws {StorgoError} `CHAIN_UNREACHABLE`; `INSUFFICIENT_FUNDS`; `PRICE_TOO_HIGH`, `VOLUME_UNKNOWN`, `VOLUME_CLOSED`, or
 * `TRANSACTION_FAILED` with the contract error's name as `details.error` beside its arguments.
 */
export async function onChain<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw chainErrorOf(error)
  }
}

/** Whether a contract refused with its error of that name, such as `ProofOfStorageAlreadyProven`. */
export function isContractError(error: unknown, name: string): error is StorgoError {
  if (!isStorgoError(error)) return false
  const { error: contractError }: { error?: unknown } = error.details
  return contractError === name
}

/** The StorgoError that tells what a failed call means. It never quotes the endpoint. */
export function chainErrorOf(error: unknown): StorgoError {
  if (isStorgoError(error)) return error
  if (!(error instanceof BaseError)) {
    return new StorgoError('INTERNAL', 'A call to the chain failed unexpectedly.', {}, { cause: error })
  }
  const options = { cause: withoutEndpoint(error) }
  const data = revertDataOf(error)
  if (data !== undefined) return revertErrorOf(data, options)
  const is = (type: abstract new (...args: never[]) => Error) => error.walk((inner) => inner instanceof type) !== null
  if (is(InsufficientFundsError) || /enough funds/.test(error.details)) {
    return new StorgoError('INSUFFICIENT_FUNDS', 'The account cannot pay for gas.', {}, options)
  }
  if (is(HttpRequestError) || is(TimeoutError)) {
    return new StorgoError('CHAIN_UNREACHABLE', 'The chain does not answer.', {}, options)
  }
  if (is(WaitForTransactionReceiptTimeoutError)) {
    return new StorgoError('TIMED_OUT', 'The transaction was not included in time.', {}, options)
  }
  return new StorgoError('TRANSACTION_FAILED', 'The chain refused the call.', reasonOf(error), options)
}

/** viem's errors and their causes quote the endpoint's address, which may hold a secret and would end up in logs. */
function withoutEndpoint({ name, shortMessage, details }: BaseError): Error {
  return new Error(`${name}: ${shortMessage} ${details}`)
}

/** What the endpoint itself said, or at least which kind of error it was. */
function reasonOf(error: BaseError): ErrorDetails {
  const said = error.walk((inner) => inner instanceof RpcRequestError)
  return { reason: said instanceof RpcRequestError ? said.details : error.name }
}

/** A node gives the revert data as the error's `data`, or one level further down. */
function revertDataOf(error: BaseError): Hex | undefined {
  let found: Hex | undefined
  error.walk((inner) => {
    if (!(inner instanceof Error) || !('data' in inner)) return false
    let { data }: { data?: unknown } = inner
    if (typeof data === 'object' && data !== null && 'data' in data) data = data.data
    if (isHex(data) && data !== '0x') found = data
    return found !== undefined
  })
  return found
}

function revertErrorOf(data: Hex, options: ErrorOptions): StorgoError {
  try {
    const { errorName, args = [], abiItem } = decodeErrorResult({ abi: storgoErrorsAbi, data })
    const inputs = 'inputs' in abiItem ? abiItem.inputs : []
    const values = inputs.map(({ name }, i) => [name || `value${i}`, detailOf(args[i])] as const)
    const details = { error: errorName, ...Object.fromEntries(values) }
    const shown = values.map(([name, value]) => `${name} ${value}`).join(', ')
    const message = `The contract refused: ${errorName}${shown && ` (${shown})`}.`
    return new StorgoError(CODE_OF[errorName] ?? 'TRANSACTION_FAILED', message, details, options)
  } catch {
    const message = 'The contract refused with an error that this version does not know.'
    return new StorgoError('TRANSACTION_FAILED', message, { data }, options)
  }
}

const detailOf = (value: unknown): string | number | bigint =>
  typeof value === 'number' || typeof value === 'bigint' ? value : String(value)
