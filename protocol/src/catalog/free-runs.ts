import { asInteger, asList, readShape } from '../cbor/cbor-shape.ts'
import type { CborValue } from '../cbor/plain-cbor.ts'
import { areRisingRuns, type FreedRun } from '../log/sector-runs.ts'
import { type Epoch, MAX_SECTORS } from '../units.ts'

/** Key of the catalog's entry of the stripes that nothing in the catalog lies in. */
export const FREE_RUNS_KEY = Uint8Array.of(0x76)
/** Most runs of the entry. */
export const MAX_FREE_RUNS = 512
const MAX_EPOCH = 2 ** 32 - 1
const NUMBERS = 4

/**
 * The entry's value: `[first, count, nonce, epoch, …]`, four numbers a run, in rising order; nonce and epoch 0 mark stripes
 * that every slot lets be overwritten already.
 *
 * @returns `undefined` (no entry) for no runs.
 * @throws {StorgoError} `REQUEST_INVALID` for what {@link decodeFreeRuns} would refuse.
 */
export function encodeFreeRuns(runs: readonly FreedRun[]): CborValue | undefined {
  if (runs.length === 0) return undefined
  const value = runs.flatMap(({ first, count, nonce, epoch }) => [first, count, Number(nonce), epoch])
  readShape({ code: 'REQUEST_INVALID', what: 'entry of the free stripes' }, () => freeRunsOf(value))
  return value
}

/** @param value `undefined` where the catalog has no entry. @throws {StorgoError} `CATALOG_CORRUPT`. */
export function decodeFreeRuns(value: CborValue | undefined): FreedRun[] {
  if (value === undefined) return []
  return readShape({ code: 'CATALOG_CORRUPT', what: 'entry of the free stripes' }, () => freeRunsOf(value))
}

function freeRunsOf(value: CborValue): FreedRun[] {
  const numbers = asList(value)
  if (numbers.length === 0 || numbers.length > NUMBERS * MAX_FREE_RUNS || numbers.length % NUMBERS !== 0)
    throw new RangeError(`${numbers.length} numbers`)
  const runs = Array.from({ length: numbers.length / NUMBERS }, (_, i): FreedRun => {
    const [first, count, nonce, epoch] = numbers.slice(i * NUMBERS, (i + 1) * NUMBERS)
    return {
      first: asInteger(first, 0, MAX_SECTORS - 1),
      count: asInteger(count, 1, MAX_SECTORS),
      nonce: BigInt(asInteger(nonce)),
      epoch: asInteger(epoch, 0, MAX_EPOCH) as Epoch,
    }
  })
  if (!areRisingRuns(runs, MAX_SECTORS)) throw new RangeError('runs out of order')
  return runs
}
