import assert from 'node:assert/strict'
import { test } from 'node:test'
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf'

export const hash = new Uint8Array(32)
export const signature = new Uint8Array(64)
export const state = {
  volumeId: 1n,
  nonce: 1n,
  generation: 1,
  sectors: 1,
  root: hash,
  parent: hash,
  term: 0n,
  head: hash,
  signature,
}
export const receipt = { slot: 0, epoch: 0, term: 1n, signature }
export const certificate = { state, receipts: [receipt] }
export const headRecord = new Uint8Array(1)
export const pen = new Uint8Array(16)
export const promise = { slot: 0, term: 5n, certified: 0n, latest: hash, latestTerm: 0n, signature }

/** A message that is accepted, and changes each of which makes it one that is not. */
export function refuses<Schema extends DescMessage>(
  schema: Schema,
  decode: (bytes: Uint8Array) => unknown,
  valid: MessageInitShape<Schema>,
  changes: readonly MessageInitShape<Schema>[],
): void {
  test(`${schema.name} with a field out of bounds is REQUEST_INVALID`, () => {
    const encoded = (change: object) => toBinary(schema, create(schema, { ...valid, ...change }))
    decode(encoded({}))
    for (const change of changes) {
      assert.throws(() => decode(encoded(change)), { code: 'REQUEST_INVALID' }, Object.keys(change).join())
    }
  })
}
