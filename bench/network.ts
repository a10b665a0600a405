import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type AClient, startClient, startSlots } from '../test/network/a-client.ts'
import type { ClientTask } from '../test/network/fixtures/client-process.ts'
import type { Row } from './areas.ts'
import { FAR, type LossyLink, openLink, whyNoLink } from './network/lossy-link.ts'
import type { RawTask } from './network/raw-sockets.ts'
import type { Operation } from './transfer/socket-exchange.ts'

const MIB = 1 << 20
const ROUND_TRIP_MS = 100
const LOSS = 0.02
const FILE_MEBIBYTES = 20
/** Enough of a single socket to see its rate: under loss it is very slow. */
const SINGLE_MEBIBYTES = 4
const PARTITION_MS = 14_000
const SLOTS = 6
const DATA_SLOTS = 4
const OPERATIONS: readonly Operation[] = ['put', 'get']

const CARRIERS = {
  'native carriers': [`/ip4/${FAR}/tcp/0`, `/ip4/${FAR}/tcp/0`],
  'TCP streams': [`/ip4/${FAR}/tcp/0`],
  'WebSocket streams': [`/ip4/${FAR}/tcp/0/ws`],
  'QUIC streams': [`/ip4/${FAR}/udp/0/quic-v1`],
} as const

const RAW = 'raw sockets'
/** Two congestion controls under loss, and no loss with a partition in the middle. */
const LINKS = ['bbr', 'cubic', 'partition'] as const
/** What a measurement may be restricted to, some of each of these kinds; nothing of a kind means all of it. */
const KINDS: readonly (readonly string[])[] = [LINKS, OPERATIONS, [RAW, ...Object.keys(CARRIERS)]]

/** Which measurements are wanted. @throws for a name that is none. */
function choosing(only: readonly string[]): (name: string) => boolean {
  const unknown = only.find((name) => !KINDS.flat().includes(name))
  if (unknown !== undefined) throw new Error(`There is no ‘${unknown}’ among ${KINDS.flat().join(', ')}.`)
  return (name) => {
    const wanted = KINDS.find((kind) => kind.includes(name))?.filter((each) => only.includes(each)) ?? []
    return wanted.length === 0 || wanted.includes(name)
  }
}

/**
 * Puts and gets a file of 20 MiB of a 4+2 volume over a link between two network namespaces with 100 ms round trip, first with
 * 2 % loss in each direction, with every congestion control for TCP that the kernel has of two, then with none and 14 s in the
 * middle in which nothing gets through. The sockets of the baseline are as many as carry the same bytes: six that take 1.5 times
 * the file for a put, four that bring it for a get. QUIC brings its own congestion control, which is cubic.
 * @param only names of links, operations and carriers; what is got is then put without loss.
 */
export async function* measureNetwork(only: readonly string[]): AsyncGenerator<Row, void, undefined> {
  const isWanted = choosing(only)
  const reason = await whyNoLink()
  if (reason !== undefined) {
    yield { 'lossy network': `not measured here: ${reason}` }
    return
  }
  await using link = await openLink()
  const present = await link.congestionControls()
  for (const wanted of LINKS.filter((name) => isWanted(name) && present.includes(name))) {
    const congestion = await link.useCongestionControl(wanted)
    yield* underLoss(link, congestion, isWanted)
  }
  if (!isWanted('partition')) return
  const congestion = await link.useCongestionControl('cubic')
  await link.set({ delay_ms: ROUND_TRIP_MS / 2, loss: 0 })
  yield* acrossPartitions(link, congestion, isWanted)
}

type IsWanted = ReturnType<typeof choosing>

async function* underLoss(
  link: LossyLink,
  congestion: string,
  isWanted: IsWanted,
): AsyncGenerator<Row, void, undefined> {
  const operations = OPERATIONS.filter(isWanted)
  const lossy = { delay_ms: ROUND_TRIP_MS / 2, loss: LOSS }
  const baseline = new Map<Operation, number>()
  await link.set(lossy)
  for (const operation of isWanted(RAW) ? operations : []) {
    const single = { operation, sockets: 1, mebibytes: SINGLE_MEBIBYTES }
    const sockets = operation === 'put' ? SLOTS : DATA_SLOTS
    const mebibytes = operation === 'put' ? (FILE_MEBIBYTES * SLOTS) / DATA_SLOTS : FILE_MEBIBYTES
    const singleSeconds = await moveRaw(link, single)
    yield rowOf(`${operation}: one raw socket`, congestion, SINGLE_MEBIBYTES, singleSeconds)
    const seconds = await moveRaw(link, { operation, sockets, mebibytes })
    baseline.set(operation, seconds)
    yield rowOf(`${operation}: ${sockets} raw sockets, ${mebibytes} MiB`, congestion, FILE_MEBIBYTES, seconds, seconds)
  }
  for (const [name, args] of Object.entries(CARRIERS).filter(([carrier]) => isWanted(carrier))) {
    await using client = await connected(link, args)
    if (!operations.includes('put')) {
      await link.set({ ...lossy, loss: 0 })
      await timed(client, taskOf('put'))
      await link.set(lossy)
    }
    for (const operation of operations) {
      const seconds = await timed(client, taskOf(operation))
      const control = name === 'QUIC streams' ? 'its own, cubic' : congestion
      yield rowOf(`${operation}: ${name}`, control, FILE_MEBIBYTES, seconds, baseline.get(operation))
    }
  }
}

async function* acrossPartitions(
  link: LossyLink,
  congestion: string,
  isWanted: IsWanted,
): AsyncGenerator<Row, void, undefined> {
  for (const [name, args] of Object.entries(CARRIERS).filter(([carrier]) => isWanted(carrier))) {
    await using client = await connected(link, args)
    if (!isWanted('put')) await timed(client, taskOf('put'))
    for (const operation of OPERATIONS.filter(isWanted)) {
      const before = await link.set({})
      const direction = operation === 'put' ? 'there' : 'back'
      const moved = async () => ((await link.set({}))[direction] - before[direction]) / MIB
      const working = timed(client, taskOf(operation))
      while ((await moved()) < FILE_MEBIBYTES / 3) await delay(50)
      await link.set({ up: false })
      await delay(PARTITION_MS)
      await link.set({ up: true })
      const seconds = await working
      yield {
        '14 s partition': `${operation}: ${name}`,
        congestion: name === 'QUIC streams' ? 'its own, cubic' : congestion,
        seconds: rounded(seconds),
        mebibytesThrough: rounded(await moved()),
        mebibytesOfTheFile: operation === 'put' ? (FILE_MEBIBYTES * SLOTS) / DATA_SLOTS : FILE_MEBIBYTES,
      }
    }
  }
}

function rowOf(what: string, congestion: string, mebibytes: number, seconds: number, rawSeconds?: number): Row {
  const row = { [`${ROUND_TRIP_MS} ms, 2 % loss`]: what, congestion, seconds: rounded(seconds) }
  const rate = { mebibytesPerSecond: rounded(mebibytes / seconds) }
  return { ...row, ...rate, timesRawSpeed: rawSeconds === undefined ? '' : rounded(rawSeconds / seconds) }
}

const taskOf = (operation: Operation): ClientTask =>
  operation === 'put' ? { put: 'file', bytes: FILE_MEBIBYTES * MIB } : { get: 'file' }

/** A client at the near end, connected with providers at the far end. */
async function connected({ near, far }: LossyLink, args: readonly string[]): Promise<AClient & AsyncDisposable> {
  const slots = await startSlots(args, far)
  const client = await startClient(near)
  const end = async () => {
    client[Symbol.dispose]()
    slots[Symbol.dispose]()
  }
  await client.ask({ connect: slots.places.map(({ multiaddrs }) => multiaddrs) })
  return { ...client, [Symbol.asyncDispose]: end }
}

async function timed(client: AClient, task: ClientTask): Promise<number> {
  const { ms, error } = await client.ask(task)
  if (error !== undefined) throw new Error(error)
  return ms / 1_000
}

async function moveRaw({ near, far }: LossyLink, task: RawTask): Promise<number> {
  const script = fileURLToPath(new URL('network/raw-sockets.ts', import.meta.url))
  const server = fork(script, ['serve', FAR], { ...far })
  await once(server, 'message')
  const client = fork(script, ['ask', FAR], { ...near })
  await once(client, 'message')
  client.send(task)
  const [ms]: number[] = await once(client, 'message')
  client.disconnect()
  server.disconnect()
  return (ms ?? Number.NaN) / 1_000
}

const rounded = (value: number) => Math.round(value * 100) / 100
