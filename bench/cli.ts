import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { BUNDLE, buildBundle } from '../scripts/cli/bundle.ts'
import type { Row } from './areas.ts'

const ROUNDS = 6
/** So many starts of what ends at once are measured as one: a shell tells the time of its children in hundredths of a second. */
const SHORT_STARTS = 10
const LONG_STARTS = 2

const bin = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const SOURCES = bin('../cli/bin/storgo.js')
const BUNDLED = `${BUNDLE}/storgo.js`
const BARE = ['-e', '0']

/**
 * CPU time of whole processes of the command line, from its sources and from its bundle, as multiples of a bare Node.js. Of each
 * the least of several rounds in which all take turns: whatever else the machine does only adds to it.
 */
export async function* measureCli(): AsyncGenerator<Row, void, undefined> {
  await buildBundle()
  const ways = new Map([['node -e 0', BARE]])
  for (const words of [['--help'], ['--version'], ['config', 'explain', 'log.level'], ['ls']]) {
    ways.set(`storgo ${words.join(' ')}: from sources`, [SOURCES, ...words])
    ways.set(`storgo ${words.join(' ')}: bundle`, [BUNDLED, ...words])
  }
  const least = new Map<string, number>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const [way, args] of ways) least.set(way, Math.min(least.get(way) ?? Number.POSITIVE_INFINITY, cpuMs(args)))
  }
  const bare = least.get('node -e 0') ?? 1
  for (const [program, cpu] of least) {
    yield { program, cpuMs: Math.round(cpu * 10) / 10, timesBareNode: Math.round((cpu / bare) * 100) / 100 }
  }
}

/** CPU milliseconds, user and system, of one start; whether the command fails (there is no network) does not matter. */
function cpuMs(args: readonly string[]): number {
  const starts = args === BARE || args.at(-1)?.startsWith('--') ? SHORT_STARTS : LONG_STARTS
  const loop = `i=0; while [ $i -lt ${starts} ]; do "$@" >/dev/null 2>&1; i=$((i+1)); done; times`
  const { stdout, status } = spawnSync('sh', ['-c', loop, 'sh', process.execPath, ...args], {
    encoding: 'utf8',
    cwd: '/',
  })
  if (status !== 0) throw new Error(`sh ended with ${status}`)
  const ofChildren = stdout.trim().split('\n').at(-1) ?? ''
  const times = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/gu)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  )
  return (times.reduce((sum, time) => sum + time, 0) * 1_000) / starts
}
