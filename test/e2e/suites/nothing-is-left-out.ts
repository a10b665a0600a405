import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SharedNetwork } from '../shared-network.ts'

/** Records that no healthy network prints within the minutes of a test, and why. */
const NOT_HERE: Readonly<Record<string, string>> = {
  'verify storgo.verify.file/1': 'only of a file that more slots have lost than parity makes up for',
  'verify storgo.verify.sector/1': 'only of a slot that gives wrong bytes or none',
  'stake withdraw storgo.stake.withdraw/1': 'only when the unbonding epochs are over',
}

/** Whether every command was run, and every record seen. Comes last. */
export function nothingIsLeftOut({ output }: SharedNetwork): void {
  describe('nothing is left out', () => {
    test('every record of every command was printed, and was as its JSON Schema says', () => {
      const unseen = output.unseen.filter((record) => NOT_HERE[record] === undefined)
      assert.deepEqual(unseen, [])
    })
  })
}
