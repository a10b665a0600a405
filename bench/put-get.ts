import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bytesToHex } from 'viem'
import { type ANetwork, aNetwork } from '../test/integration/volumes/a-network.ts'
import type { Row } from './areas.ts'
import { randomBytes } from './inputs.ts'
import type { ClientTask, Spent } from './put-get/client-task.ts'

const ROUNDS = 3
const RECEIVERS = 6
const PART_BYTES = 1 << 24
/** The kernel counts CPU time in hundredths of a second, wherever Node runs. */
const TICKS_PER_SECOND = 100

type Operation = ClientTask['operation']
type Round = Spent & { othersCpuSeconds: number }
/** `prepare` comes before every put and is not measured; `others` are the processes at the other end. */
type Way = { name: string; prepare: () => Promise<void>; task: () => TaskOfWay; others: () => readonly number[] }
type Told = 'operation' | 'path' | 'bytes'
type TaskOfWay =
  | Omit<Extract<ClientTask, { way: 'storgo' }>, Told>
  | Omit<Extract<ClientTask, { ports: unknown }>, Told>

/**
 * Stores a file of random bytes and reads it, on the local network and by hand, by turns: medians over rounds, each with a new
 * volume and client processes of their own. CPU time includes that of the system; of the providers also what they do besides.
 */
export async function* measurePutGet(gibibytes: number): AsyncGenerator<Row, void, undefined> {
  await using resources = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'storgo-put-get-'))
  resources.defer(() => rmSync(folder, { recursive: true }))
  const mebibytes = Math.round(gibibytes * 256) * 4
  const path = join(folder, 'random')
  writeRandom(path, mebibytes)
  const network = resources.use(await aNetwork())
  const tls = await receivers(resources, RECEIVERS, (i) => ['tls', join(folder, `${i}`)])
  const tcp = await receivers(resources, 1, () => ['tcp'])
  const ways = [storgo(network, mebibytes), byHand('by hand', tls), byHand('raw', tcp)]
  const rounds = new Map<string, Round[]>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of ways) {
      await way.prepare()
      for (const operation of ['put', 'get'] as const) {
        const name = `${operation}: ${way.name}`
        const measured = await measureOnce(way, { operation, path, bytes: mebibytes << 20 })
        rounds.set(name, [...(rounds.get(name) ?? []), measured])
      }
    }
  }
  for (const operation of ['put', 'get'] as const) {
    const base = rounds.get(`${operation}: by hand`) ?? []
    for (const { name } of ways) yield summary(`${operation}: ${name}`, rounds, base, mebibytes)
  }
}

function summary(name: string, all: ReadonlyMap<string, Round[]>, base: readonly Round[], mebibytes: number): Row {
  const rounds = all.get(name) ?? []
  const perGibibyte = (of: (round: Round) => number) => rounded((median(rounds.map(of)) * 1024) / mebibytes)
  return {
    [`${mebibytes} MiB`]: name,
    mebibytesPerSecond: Math.round(mebibytes / median(rounds.map(({ seconds }) => seconds))),
    partOfByHandsRate: rounded(median(rounds.map(({ seconds }, i) => (base[i]?.seconds ?? Number.NaN) / seconds))),
    clientCpuSecondsPerGibibyte: perGibibyte(({ cpuSeconds }) => cpuSeconds),
    othersCpuSecondsPerGibibyte: perGibibyte(({ othersCpuSeconds }) => othersCpuSeconds),
  }
}

function storgo(network: ANetwork, mebibytes: number): Way {
  const { rpcUrl, deployment, wallet, record } = network
  const masterKey = bytesToHex(wallet.masterKey)
  const pids = record.providers.map(({ pid }) => pid)
  let volumeId = ''
  return {
    name: 'storgo',
    prepare: async () => {
      await using owner = await network.client()
      const sectors = Math.ceil(mebibytes / 4) + 16
      volumeId = String((await owner.storgo.volumes.open({ sectors, epochs: 100 })).volumeId)
    },
    task: () => ({ way: 'storgo', rpcUrl, deployment, masterKey, volumeId }),
    others: () => pids,
  }
}

function byHand(way: 'by hand' | 'raw', processes: readonly Receiver[]): Way {
  const ports = processes.map(({ port }) => port)
  const pids = processes.map(({ pid }) => pid)
  const name = way === 'raw' ? 'raw TCP socket, not written' : way
  return { name, prepare: async () => {}, task: () => ({ way, ports }), others: () => pids }
}

type Receiver = { port: number; pid: number }

function receivers(resources: AsyncDisposableStack, count: number, args: (i: number) => string[]): Promise<Receiver[]> {
  const start = async (_: unknown, i: number): Promise<Receiver> => {
    const child = fork(fileURLToPath(new URL('./put-get/receiver.ts', import.meta.url)), args(i))
    resources.defer(() => void child.kill('SIGKILL'))
    const [port] = (await once(child, 'message')) as [number]
    return { port, pid: child.pid ?? 0 }
  }
  return Promise.all(Array.from({ length: count }, start))
}

async function measureOnce(way: Way, what: { operation: Operation; path: string; bytes: number }): Promise<Round> {
  const others = way.others()
  const client = fork(fileURLToPath(new URL('./put-get/client.ts', import.meta.url)))
  const ended = once(client, 'exit')
  const failed = ended.then(() => undefined)
  const before = await cpuSecondsOf(others)
  client.send({ ...way.task(), ...what } satisfies ClientTask)
  const spent = (await Promise.race([once(client, 'message'), failed])) as [Spent] | undefined
  if (spent === undefined) throw new Error(`the client that was to ${what.operation} has failed`)
  const othersCpuSeconds = (await cpuSecondsOf(others)) - before
  // It waits for this: one that ended by itself could be gone before what it said arrives.
  client.disconnect()
  await ended
  return { ...spent[0], othersCpuSeconds }
}

/** CPU seconds, user and system, of these processes so far. */
async function cpuSecondsOf(pids: readonly number[]): Promise<number> {
  const each = pids.map(async (pid) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  })
  return (await Promise.all(each)).reduce((sum, seconds) => sum + seconds, 0)
}

function writeRandom(path: string, mebibytes: number): void {
  const file = openSync(path, 'w')
  for (let at = 0; at < mebibytes << 20; at += PART_BYTES) {
    writeSync(file, randomBytes(Math.min(PART_BYTES, (mebibytes << 20) - at)))
  }
  closeSync(file)
}

const rounded = (value: number) => Math.round(value * 100) / 100
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
