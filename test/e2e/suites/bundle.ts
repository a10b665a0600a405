import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { BUNDLE, buildBundle } from '../../../scripts/cli/bundle.ts'
import { runStorgo } from '../run-storgo.ts'
import type { SharedNetwork } from '../shared-network.ts'
import { randomBytesOf } from './random-file.ts'

/** The command line as it is published: plain JavaScript in one folder. */
export function bundle({ cwd, record, storgo, json, failure }: SharedNetwork): void {
  const program = join(BUNDLE, 'storgo.js')

  describe('bundle', () => {
    before(buildBundle)

    test('what the bundle stores comes back by the bundle and from the sources', async () => {
      const bytes = randomBytesOf(91, (3 << 20) + 5)
      writeFileSync(join(cwd, 'by-bundle.bin'), bytes)
      const [stored] = await json(['put', 'by-bundle.bin'], 0, { program })
      assert.equal(stored?.['full'], true)
      await json(['get', 'by-bundle.bin', 'back-by-bundle.bin'], 0, { program })
      assert.ok(readFileSync(join(cwd, 'back-by-bundle.bin')).equals(bytes))
      assert.ok((await storgo(['get', 'by-bundle.bin', '-'])).stdout.equals(bytes))
      await json(['volume', 'show', record.volumeId], 0, { program })
    })

    test('the bundle fails as the sources do, and holds the node too', async () => {
      const missing = await failure(['stat', 'not/there'], { program })
      assert.deepEqual([missing.code, missing.exitCode], ['FILE_NOT_FOUND', 3])
      const help = await runStorgo(['--help'], { cwd, program: join(BUNDLE, 'node.js') })
      assert.deepEqual([help.exitCode, help.stderr], [0, ''])
    })
  })
}
