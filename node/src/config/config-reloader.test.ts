import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { pino } from 'pino'
import { ConfigReloader } from './config-reloader.ts'
import { LiveSettings } from './live-settings.ts'
import { loadConfig } from './load-config.ts'

const START = {
  dataDir: '/data',
  chain: { rpcUrl: 'http://127.0.0.1:8545', deploymentFile: '/d.json' },
  operator: { keyFile: '/k.json', passwordFile: '/p.txt' },
}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'storgo-reload-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** Settings as a node has them that was started with `START`, and what it logs. */
async function aRunning({ flags = {} }: { flags?: Record<string, string> } = {}) {
  const file = join(folder, 'node.json')
  const write = (settings: object) => writeFile(file, JSON.stringify(settings))
  await write(START)
  const sources = { file, environment: {}, flags }
  const settings = new LiveSettings(await loadConfig(sources))
  const lines: { msg: string; level: number }[] = []
  const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) })
  return { settings, reloader: new ConfigReloader({ sources, settings, logger }), write, lines }
}

test('a setting that can be reloaded changes everywhere at once, and listeners are told', async () => {
  const { settings, reloader, write } = await aRunning()
  const { watch } = settings.live
  let told = 0
  settings.onChange(() => {
    told++
    assert.deepEqual([watch.intervalSeconds, settings.live.log.level], [7, 'debug'])
  })
  assert.equal(watch.intervalSeconds, 60)
  await write({ ...START, watch: { intervalSeconds: 7 }, log: { level: 'debug' } })
  await reloader.reload('signal')
  assert.equal(told, 1)
  const { generation, lastReload } = settings.report
  assert.equal(generation, 2)
  assert.deepEqual([lastReload?.number, lastReload?.outcome], [1, 'applied'])
  assert.deepEqual(lastReload?.applied, ['watch.intervalSeconds', 'log.level'])
})

test('a setting that cannot is told, keeps its value, and does not keep the others from changing', async () => {
  const { settings, reloader, write, lines } = await aRunning()
  await write({ ...START, dataDir: '/elsewhere', capacitySectors: 5 })
  await reloader.reload('signal')
  assert.deepEqual([settings.live.dataDir, settings.live.capacitySectors], ['/data', 5])
  assert.deepEqual(settings.report.restartNeeded, ['dataDir'])
  assert.ok(lines.some(({ msg, level }) => level === 40 && msg === 'settings changed that need a restart'))
  await write(START)
  await reloader.reload('signal')
  assert.deepEqual(settings.report.restartNeeded, [])
})

test('an invalid edit changes nothing, and the reason is logged and told', async () => {
  const { settings, reloader, write, lines } = await aRunning()
  await write({ ...START, capacitySectors: 5, log: { levle: 'debug' } })
  await reloader.reload('file changed')
  const { generation, lastReload } = settings.report
  assert.deepEqual([generation, lastReload?.outcome, lastReload?.applied], [1, 'refused', []])
  assert.match(lastReload?.error ?? '', /Setting log\.levle \(.*node\.json, line 1\).*did you mean log\.level\?/)
  assert.equal(settings.live.capacitySectors, 10_240)
  assert.ok(lines.some(({ msg, level }) => level === 50 && msg.includes('nothing was changed')))
})

test('what a part of the node cannot take is taken back everywhere', async () => {
  const { settings, reloader, write } = await aRunning()
  const seen: number[] = []
  settings.onChange(() => seen.push(settings.live.capacitySectors))
  settings.onChange(() => {
    if (settings.live.capacitySectors === 5) throw new Error('five is too few')
  })
  await write({ ...START, capacitySectors: 5, dataDir: '/elsewhere' })
  await reloader.reload('signal')
  assert.deepEqual(seen, [5, 10_240])
  const { generation, restartNeeded, lastReload } = settings.report
  assert.deepEqual([generation, restartNeeded, lastReload?.outcome], [1, [], 'refused'])
  assert.equal(lastReload?.error, 'five is too few')
  assert.equal(settings.running.settings['capacitySectors']?.layer, 'default')
})

test('a flag goes on winning over the file', async () => {
  const { settings, reloader, write } = await aRunning({ flags: { 'capacity-sectors': '9' } })
  await write({ ...START, capacitySectors: 5 })
  await reloader.reload('signal')
  assert.equal(settings.live.capacitySectors, 9)
  assert.equal(settings.report.lastReload?.outcome, 'unchanged')
  assert.deepEqual(settings.running.settings['capacitySectors'], { value: 9, layer: 'flag' })
})

test('many who ask at once get one more reload together, which sees the newest file', async () => {
  const { settings, reloader, write } = await aRunning()
  const first = reloader.reload('signal')
  await write({ ...START, capacitySectors: 5 })
  await Promise.all([first, ...Array.from({ length: 20 }, () => reloader.reload('signal'))])
  assert.equal(settings.live.capacitySectors, 5)
  assert.ok((settings.report.lastReload?.number ?? 0) <= 3)
})
