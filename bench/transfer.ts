import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Row } from './areas.ts'
import { type Ask, type At, connectBy } from './transfer/client.ts'
import type { Operation } from './transfer/socket-exchange.ts'
import { WAYS, type WayName } from './transfer/ways.ts'

const RAW: WayName = 'raw TCP socket'
const OPERATIONS: readonly Operation[] = ['get', 'put']
const CONCURRENCIES = [1, 8] as const
const ROUNDS = 5

type Round = { seconds: number; cpuSeconds: number }
type Running = { ask: Ask; cpuMicroseconds: () => Promise<number> }

/**
 * Moves `mebibytes` in requests of 1 MiB between two processes, in every way. Medians over rounds in which every way takes its
 * turn, so that the machine's speed may drift; CPU time is that of both processes, user and system. `timesRawSpeed` and
 * `timesRawCpu` compare with the raw socket within a round.
 */
export async function* measureTransfer(mebibytes: number): AsyncGenerator<Row, void, undefined> {
  await using resources = new AsyncDisposableStack()
  const names = Object.keys(WAYS) as WayName[]
  const running = new Map<WayName, Running>()
  for (const name of names) running.set(name, await start(name, resources))
  for (const operation of OPERATIONS) {
    for (const concurrency of CONCURRENCIES) {
      const rounds = new Map<WayName, Round[]>(names.map((name) => [name, []]))
      for (let round = 0; round < ROUNDS; round++) {
        for (const [name, way] of running) {
          rounds.get(name)?.push(await move(way, operation, concurrency, mebibytes))
        }
      }
      const raw = rounds.get(RAW) ?? []
      for (const [way, measured] of rounds) {
        yield { transfer: `${operation}, ${concurrency} at a time: ${way}`, ...summary(measured, raw, mebibytes) }
      }
    }
  }
}

async function start(name: WayName, resources: AsyncDisposableStack): Promise<Running> {
  const child = fork(fileURLToPath(new URL('./transfer/server.ts', import.meta.url)), [name])
  resources.defer(() => {
    child.kill('SIGKILL')
  })
  const [at]: [At] = (await once(child, 'message')) as [At]
  const ask = resources.use(await connectBy(WAYS[name], at))
  const cpuMicroseconds = async () => {
    child.send('cpu')
    const [theirs] = (await once(child, 'message')) as [number]
    const { user, system } = process.cpuUsage()
    return theirs + user + system
  }
  return { ask, cpuMicroseconds }
}

async function move({ ask, cpuMicroseconds }: Running, operation: Operation, concurrency: number, mebibytes: number) {
  const cpuBefore = await cpuMicroseconds()
  const beforeMs = performance.now()
  let left = mebibytes
  const inTurn = async () => {
    while (left-- > 0) await ask(operation)
  }
  await Promise.all(Array.from({ length: concurrency }, inTurn))
  const seconds = (performance.now() - beforeMs) / 1_000
  return { seconds, cpuSeconds: ((await cpuMicroseconds()) - cpuBefore) / 1e6 }
}

function summary(rounds: Round[], raw: Round[], mebibytes: number) {
  const ratios = (of: (round: Round, base: Round) => number) => rounds.map((round, i) => of(round, raw[i] ?? round))
  return {
    mebibytesPerSecond: Math.round(mebibytes / median(rounds.map(({ seconds }) => seconds))),
    cpuSecondsPerGibibyte: rounded((median(rounds.map(({ cpuSeconds }) => cpuSeconds)) * 1024) / mebibytes),
    timesRawSpeed: rounded(median(ratios((round, base) => base.seconds / round.seconds))),
    timesRawCpu: rounded(median(ratios((round, base) => round.cpuSeconds / base.cpuSeconds))),
  }
}

const rounded = (value: number) => Math.round(value * 100) / 100
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
