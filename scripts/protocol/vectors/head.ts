import { deriveHeadKey, deriveVolumeKey, type Head, headHash } from '@storgo/protocol'
import { sealHead } from '../../../protocol/src/head/head-record.ts'
import { MASTER_KEY, STREAM, stream } from './material.ts'

/** Head records of an empty volume, of one with everything, and of one that freed stripes: section 11. */
export async function headVectors() {
  const headKey = deriveHeadKey(deriveVolumeKey(MASTER_KEY, 31337, 1n))
  const heads: Head[] = [
    { tail: 0, root: null, files: 0, plainBytes: 0, envelopes: [], shares: null, freed: [] },
    {
      tail: 2 ** 33 + 5,
      root: { offset: 2 ** 33 - 8000, length: 8005, key: stream('root key', 32) },
      files: 12_345,
      plainBytes: 2 ** 34,
      envelopes: ([0, 1] as const).map((kind) => ({
        kind,
        salt: stream(`salt ${kind}`, 32),
        nonce: stream(`envelope nonce ${kind}`, 12),
        sealed: stream(`envelope ${kind}`, 48),
      })),
      shares: { offset: 77, length: 4096 },
      freed: [],
    },
    {
      tail: 2 ** 25,
      root: null,
      files: 0,
      plainBytes: 0,
      envelopes: [],
      shares: null,
      freed: [
        { first: 0, count: 3 },
        { first: 3, count: 1 },
        { first: 70_000, count: 12 },
      ],
    },
  ]
  return {
    description: `docs/protocol/types.md, section 11. ${STREAM}. The nonce of record i is stream("head nonce i", 12).`,
    headKey,
    heads: await Promise.all(
      heads.map(async (head, i) => {
        const record = await sealHead(head, headKey, stream(`head nonce ${i}`, 12))
        return { ...head, record, hash: headHash(record) }
      }),
    ),
  }
}
