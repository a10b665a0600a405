import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SharedNetwork } from '../shared-network.ts'

/** Whether every command was run, and every record seen. Comes last. */
export function nothingIsLeftOut({ output }: SharedNetwork): void {
  describe('nothing is left out', () => {
    test('every record of every command was printed, and was as its JSON Schema says', () => {
      assert.deepEqual(output.unseen, [])
    })
  })
}
