import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { SharedNetwork } from '../shared-network.ts'

type Row = Record<string, unknown>
const rowsOf = (value: unknown): Row[] => {
  assert.ok(Array.isArray(value))
  return value
}

/** What looks after a healthy network, and the shells. */
export function observing({ record, storgo, json, failure }: SharedNetwork): void {
  const names = record.providers.map(({ name }) => name)

  describe('observing', () => {
    test('health says of chain, providers and volumes that all is well', async () => {
      const run = await storgo(['health', '--json'])
      const { healthy, findings } = JSON.parse(run.stdout.toString())
      // Of another suite's volume the money may be running out by now.
      assert.equal(run.exitCode, healthy ? 0 : 5)
      for (const subject of ['chain', ...names, `volume ${record.volumeId}`]) {
        const finding = rowsOf(findings).find((each) => each['subject'] === subject)
        assert.ok(finding?.['ok'] === true, `${subject}: ${finding?.['state']}`)
      }
    })

    test('doctor finds nothing wrong, and looks at keys, chain, clock and every data folder', async () => {
      const [verdict] = await json(['doctor'])
      assert.deepEqual([verdict?.['healthy'], verdict?.['repaired']], [true, []])
      const subjects = rowsOf(verdict?.['findings']).map(({ subject }) => subject)
      for (const subject of ['Node.js', 'wallet', 'chain', 'clock', `${names[0]} data`, `${names[6]} process`])
        assert.ok(subjects.includes(subject), subject)
    })

    test('top shows once how busy every provider is, and node ls where they are', async () => {
      const [load] = await json(['top'])
      const nodes = rowsOf(load?.['nodes'])
      assert.deepEqual(nodes.map(({ name }) => name).slice(0, names.length), names)
      for (const { state, cpuPercent, memoryBytes, requestsPerSecond } of nodes.slice(0, names.length)) {
        assert.equal(state, 'ready')
        assert.ok(Number(memoryBytes) > 2 ** 20 && Number(cpuPercent) >= 0 && Number(requestsPerSecond) >= 0)
      }
      const [list] = await json(['node', 'ls'])
      const listed = rowsOf(list?.['nodes'])
      assert.ok(
        record.providers.every(({ pid }) => listed.some((node) => node['pid'] === pid && node['running'] === true)),
      )
    })

    test('logs merges what all providers say by time, of one level and expression', async () => {
      const lines = await json(['logs', '--level', 'info', '--grep', 'provider is ready'])
      assert.deepEqual(new Set(lines.map(({ node }) => node)), new Set(names))
      const times = lines.map(({ time }) => String(time))
      assert.deepEqual(times, times.toSorted())
      const one = await json(['logs', '--node', '2', '--grep', 'provider is ready', '--since', '2h'])
      assert.deepEqual(
        one.map(({ node }) => node),
        ['provider-2'],
      )
      // It goes on until it is told to stop.
      const followed = await json(['logs', '--follow', '--timeout', '2s', '--grep', 'provider is ready'], 6)
      assert.equal(followed.length, names.length)
      for (const wrong of [
        ['--level', 'loud'],
        ['--grep', '('],
        ['--node', 'nobody'],
      ])
        assert.equal((await failure(['logs', ...wrong])).exitCode, 2, wrong.join(' '))
    })

    test('a shell runs commands from a pipe until one fails, and ends as that one did', async () => {
      const commands = ['version', '# nothing', 'ls "no such folder"', 'stat nothing/here', 'version']
      const run = await storgo(['--json', 'shell'], { stdin: Buffer.from(`${commands.join('\n')}\n`) })
      assert.equal(run.exitCode, 3, run.stderr)
      const lines = run.stdout.toString().split('\n').filter(Boolean)
      assert.deepEqual(
        lines.map((line) => JSON.parse(line).schema),
        ['storgo.version/1'],
      )
      assert.match(run.stderr, /FILE_NOT_FOUND/u)
      const left = await storgo(['shell'], { stdin: Buffer.from('exit\nnonsense\n') })
      assert.equal(left.exitCode, 0, left.stderr)
      assert.equal((await storgo(['shell'], { stdin: Buffer.from('nonsense\n') })).exitCode, 2)
    })

    test('version and completion need no network', async () => {
      const elsewhere = { cwd: join('/') }
      const [version] = await json(['version'], 0, elsewhere)
      assert.equal(version?.['node'], process.versions.node)
      const [script] = await json(['completion', 'bash'], 0, elsewhere)
      assert.match(String(script?.['script']), /complete .* storgo/u)
      assert.equal((await failure(['completion', 'tcsh'])).exitCode, 2)
    })
  })
}
