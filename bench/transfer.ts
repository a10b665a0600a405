import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Ask, type At, connectBy } from './transfer/client.ts'
import type { Operation } from './transfer/socket-exchange.ts'
import { WAYS, type WayName } from './transfer/ways.ts'

const RAW: WayName = 'raw TCP socket'
const OPERATIONS: readonly Operation[] = ['get', 'put']
const CONCURRENCIES = [1, 8] as const

/** Medians over rounds in which every way takes its turn, so that the machine's speed may drift. */
export type Transfer = {
  way: WayName
  operation: Operation
  /** Requests of 1 MiB on their way at a time. */
  concurrency: number
  mebibytesPerSecond: number
  /** CPU seconds of both processes, user and system, for a GiB. */
  cpuSecondsPerGibibyte: number
  /** Time for the same bytes on the raw socket divided by this one's, and CPU the other way round, both within a round. */
  speedOfRaw: number
  cpuOfRaw: number
}

type Round = { seconds: number; cpuSeconds: number }
type Running = { ask: Ask; cpuMicroseconds: () => Promise<number> }

/** Moves `mebibytes` in requests of 1 MiB between two processes in every way, `rounds` times over. */
export async function measureTransfer(options: { mebibytes: number; rounds: number }): Promise<Transfer[]> {
  await using resources = new AsyncDisposableStack()
  const names = Object.keys(WAYS) as WayName[]
  const running = new Map<WayName, Running>()
  for (const name of names) running.set(name, await start(name, resources))
  const results: Transfer[] = []
  for (const operation of OPERATIONS) {
    for (const concurrency of CONCURRENCIES) {
      const rounds = new Map<WayName, Round[]>(names.map((name) => [name, []]))
      for (let round = 0; round < options.rounds; round++) {
        for (const [name, way] of running) {
          rounds.get(name)?.push(await move(way, operation, concurrency, options.mebibytes))
        }
      }
      const raw = rounds.get(RAW) ?? []
      for (const [way, measured] of rounds) {
        results.push({ way, operation, concurrency, ...summary(measured, raw, options.mebibytes) })
      }
    }
  }
  return results
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
    speedOfRaw: rounded(median(ratios((round, base) => base.seconds / round.seconds))),
    cpuOfRaw: rounded(median(ratios((round, base) => round.cpuSeconds / base.cpuSeconds))),
  }
}

const rounded = (value: number) => Math.round(value * 100) / 100
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

/** One line a measurement, for people. */
export function transferTable(results: readonly Transfer[]): string {
  const head = `${'way'.padEnd(28)}${'what'.padEnd(10)}${'MiB/s'.padStart(8)}${'CPU s/GiB'.padStart(12)}${'speed/raw'.padStart(12)}${'CPU/raw'.padStart(10)}\n`
  const lines = results.map(
    ({ way, operation, concurrency, mebibytesPerSecond, cpuSecondsPerGibibyte, speedOfRaw, cpuOfRaw }) =>
      `${way.padEnd(28)}${`${operation} c=${concurrency}`.padEnd(10)}${String(mebibytesPerSecond).padStart(8)}${cpuSecondsPerGibibyte.toFixed(2).padStart(12)}${speedOfRaw.toFixed(2).padStart(12)}${cpuOfRaw.toFixed(1).padStart(10)}\n`,
  )
  return head + lines.join('')
}
