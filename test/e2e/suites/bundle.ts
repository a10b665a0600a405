import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { runStorgo } from '../run-storgo.ts'
import type { SharedNetwork } from '../shared-network.ts'
import { installBundle } from './installed-bundle.ts'
import { OwnProvider } from './own-provider.ts'
import { randomBytesOf } from './random-file.ts'

const MIB = 1 << 20
/** As the bundle stores it: three sectors of the first stripes. */
const EARLY = randomBytesOf(91, 3 * MIB + 5)
/** Each takes as long as a process does. */
const MOST_LOOKS = 60
const LATE = randomBytesOf(92, MIB)

function providersOf(quote: Record<string, unknown> | undefined): unknown[] {
  const providers = quote?.['providers']
  assert.ok(Array.isArray(providers))
  return providers.toSorted()
}

/** The command line as it is published, where it is installed; and a volume at two providers that it makes, one of which it runs. */
export function bundle({ cwd, storgo, json, failure }: SharedNetwork): void {
  const cache = join(cwd, 'cache')
  const folder = join(cwd, 'lib', 'storgo')
  const program = join(folder, 'storgo.js')
  const env = { XDG_CACHE_HOME: cache }
  const bundled = { program, env }
  const account = ['--config', 'own-wallet/profile.json']
  const byBundle = new OwnProvider(cwd, 'by-bundle', bundled)
  const providers = [byBundle, new OwnProvider(cwd, 'by-sources')]

  describe('bundle', () => {
    before(async () => {
      assert.equal(await installBundle(folder), program)
      await json(['init', '--folder', 'own-wallet'], 0, bundled)
      await json(['dev', 'fund', ...account], 0, bundled)
    })
    after(() => Promise.all(providers.map((provider) => provider.kill())))

    test('providers that the bundle makes are run by it or from the sources, are chosen, and the one of the bundle proves what it holds', async () => {
      for (const { name } of providers) {
        const offer = ['--price', '0.01', '--capacity', '64MiB']
        await json(['node', 'init', '--folder', name, ...offer, ...account], 0, bundled)
      }
      const ready = await Promise.all(providers.map((provider) => provider.start()))
      const operators = ready.map(({ operator }) => operator).sort()
      const shape = ['--size', '16MiB', '--data', '1', '--parity', '1']
      // They are on offer once the chain has their addresses.
      for (let look = 1; look < MOST_LOOKS; look++) {
        const [quote] = await json(['volume', 'quote', ...shape, ...account], 0, bundled)
        if (isDeepStrictEqual(providersOf(quote), operators)) break
      }
      const [opened] = await json(['volume', 'open', ...shape, ...account], 0, bundled)
      assert.deepEqual(providersOf(opened), operators)
      writeFileSync(join(cwd, 'early.bin'), EARLY)
      writeFileSync(join(cwd, 'late.bin'), LATE)
      for (const name of ['early.bin', 'late.bin']) {
        const [stored] = await json(['put', name, ...account], 0, bundled)
        assert.equal(stored?.['full'], true)
      }
      const [first] = ready
      const epoch = await byBundle.hasProven()
      const proofs = await json(['proof', 'ls', '--provider', first?.operator ?? '', ...account], 0, bundled)
      assert.ok(proofs.some((proof) => proof['epoch'] === epoch))
    })

    test('what the bundle stored comes back by the bundle and from the sources', async () => {
      await json(['get', 'early.bin', 'early-back.bin', ...account], 0, bundled)
      assert.ok(readFileSync(join(cwd, 'early-back.bin')).equals(EARLY))
      assert.ok((await storgo(['get', 'late.bin', '-', ...account])).stdout.equals(LATE))
    })

    test('the bundle fails as the sources do, and writes nothing but into the cache folder of the user', async () => {
      const missing = await failure(['stat', 'not/there', ...account], bundled)
      assert.deepEqual([missing.code, missing.exitCode], ['FILE_NOT_FOUND', 3])
      const help = await runStorgo(['--help'], { cwd, program: join(folder, 'node.js'), env })
      assert.deepEqual([help.exitCode, help.stderr], [0, ''])
      assert.deepEqual(readdirSync(dirname(folder)), ['storgo'])
      assert.deepEqual(readdirSync(cache), ['storgo'])
      assert.equal(statSync(join(cache, 'storgo')).mode & 0o777, 0o700)
    })

    test('verify names the file that no provider has whole any more, and with --slots every sector that is damaged', async () => {
      for (const provider of providers) {
        await json(['node', 'stop', '--folder', provider.name], 0, bundled)
        assert.equal(await provider.ended(), 0)
        provider.overwriteFirstSector()
      }
      await Promise.all(providers.map((provider) => provider.start()))

      const lines = await json(['verify', ...account], 5, bundled)
      const [file, verdict] = lines
      assert.equal(lines.length, 2)
      assert.deepEqual([file?.['schema'], file?.['path']], ['storgo.verify.file/1', 'early.bin'])
      assert.deepEqual([verdict?.['healthy'], verdict?.['files'], verdict?.['damaged']], [false, 2, 1])
      const notes = verdict?.['slots']
      assert.ok(Array.isArray(notes))
      // The one that is asked last may be told of by the file's failure alone.
      const wrong = notes.filter((note) => note.wrong === true).map(({ code }) => code)
      assert.ok(wrong.length > 0 && wrong.every((code) => code === 'SECTOR_CORRUPT'), `${wrong}`)
      const told = await storgo(['verify', ...account], bundled)
      assert.equal(told.exitCode, 5)
      assert.match(told.stdout.toString(), /✖ 1 of 2 files cannot be read\.\n✖ slot [01] \(0x\w+\) gave wrong bytes/u)
      assert.doesNotMatch(told.stdout.toString(), /made up for/u)

      const sectors = await json(['verify', '--slots', ...account], 5, bundled)
      const check = sectors.at(-1)
      const slots = check?.['slots']
      assert.ok(Array.isArray(slots))
      assert.deepEqual([check?.['healthy'], check?.['lostStripes']], [false, 1])
      for (const { good, wrong, missing } of slots)
        assert.deepEqual([good, wrong, missing], [Number(check?.['sectors']) - 1, 1, 0])
      assert.deepEqual(
        sectors
          .slice(0, -1)
          .map(({ slot, sector, wrong, code }) => [slot, sector, wrong, code])
          .sort(),
        [
          [0, 0, true, 'SECTOR_CORRUPT'],
          [1, 0, true, 'SECTOR_CORRUPT'],
        ],
      )
      assert.equal((await failure(['get', 'early.bin', 'lost.bin', ...account], bundled)).exitCode, 5)
      assert.ok((await storgo(['get', 'late.bin', '-', ...account], bundled)).stdout.equals(LATE))
    })

    test('node stop ends what node start runs, and that with exit code 0', async () => {
      for (const provider of providers) {
        await json(['node', 'stop', '--folder', provider.name], 0, bundled)
        assert.equal(await provider.ended(), 0)
      }
    })
  })
}
