import { ErasureCode } from '@storgo/protocol'
import { parityMatrix } from '../../../protocol/src/erasure/matrix.ts'
import { STREAM, stream } from './material.ts'

const DATA_BYTES = 40

/** Coefficients, parity and patches of several codes: section 7. */
export function erasureVectors() {
  const shapes = [
    [1, 3],
    [2, 1],
    [4, 2],
    [8, 6],
    [16, 16],
    [32, 0],
  ] as const
  return {
    description: `docs/protocol/types.md, section 7. ${STREAM}. Data sector j is stream("data j", ${DATA_BYTES}); patches are those of all of data sector 0.`,
    codes: shapes.map(([k, m]) => {
      const code = ErasureCode.create(k, m)
      const data = Array.from({ length: k }, (_, j) => stream(`data ${j}`, DATA_BYTES))
      return {
        k,
        m,
        coefficients: parityMatrix(k, m),
        parity: code.encode(data),
        patches: code.parityPatches(0, data[0] as Uint8Array),
      }
    }),
  }
}
