import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Random } from '../../../node/src/fixtures/seeded-random.ts'
import type { Lookup, Place, Published, SwarmReport, SwarmRequest } from './swarm-process.ts'

/** Peers that every new one is told of: as many as a registry's first answers. */
const FIRST_PEERS = 3
/** Rounds of putting records until none is due. */
const MAX_ROUNDS = 20
/** Providers that a client is told of; some of them may be dead. */
const KNOWN_TO_CLIENT = 12

/** Many peers in a few processes, all in one DHT, each having published its address. */
export class ASwarm implements AsyncDisposable {
  readonly #children: ChildProcess[]
  readonly #places: Place[][] = []
  readonly #random: Random
  /** Rounds in which records were put, the last of which put none. */
  rounds = 0

  private constructor(children: ChildProcess[], random: Random) {
    this.#children = children
    this.#random = random
  }

  /** @param peers how many there are in each process. */
  static async start({ peers, random }: { peers: readonly number[]; random: Random }): Promise<ASwarm> {
    const file = join(import.meta.dirname, 'swarm-process.ts')
    const children = peers.map(() => fork(file, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }))
    const swarm = new ASwarm(children, random)
    try {
      await swarm.#begin(peers)
      return swarm
    } catch (error) {
      await swarm[Symbol.asyncDispose]()
      throw error
    }
  }

  async #begin(peers: readonly number[]): Promise<void> {
    const started = this.#children.map((child, p) => ask<Place[]>(child, { do: 'start', peers: peers[p] ?? 0 }))
    this.#places.push(...(await Promise.all(started)))
    const before: Place[] = []
    for (const [p, child] of this.#children.entries()) {
      const addresses = (this.#places[p] ?? []).map((place) => {
        const known = this.#some(before, FIRST_PEERS)
        before.push(place)
        return known
      })
      await ask(child, { do: 'join', addresses })
    }
    await this.#publish()
  }

  /** As nodes do it, round after round, until no record is due. */
  async #publish(): Promise<void> {
    for (let put = true; put; ) {
      if (this.rounds++ === MAX_ROUNDS) throw new Error(`records are still due after ${MAX_ROUNDS} rounds`)
      const round = await Promise.all(this.#children.map((child) => ask<Published>(child, { do: 'publish' })))
      put = round.some(({ kept }) => kept.length > 0)
    }
  }

  reports(): Promise<SwarmReport[]> {
    return Promise.all(this.#alive().map(({ child }) => ask<SwarmReport>(child, { do: 'report' })))
  }

  /** Kills the peers of the first process at once, without a word to anybody. */
  async killFirst(): Promise<void> {
    const [victim] = this.#children
    victim?.kill('SIGKILL')
    if (victim) await once(victim, 'exit')
  }

  /** Every node that is alive looks up `times` others that are, one after the other; the processes do so at the same time. */
  async lookUp(times: number): Promise<Lookup[]> {
    const everybody = this.#alive().flatMap(({ places }) => places)
    const lookups = this.#alive().map(({ child, places }) => {
      const planned = places.flatMap((own, by) => {
        const others = everybody.filter(({ operator }) => operator !== own.operator)
        return Array.from({ length: times }, () => ({ by, wanted: pick(others, this.#random) }))
      })
      return ask<Lookup[]>(child, { do: 'lookup', lookups: planned })
    })
    return (await Promise.all(lookups)).flat()
  }

  /** So many clients come, one after the other, and look up `times` nodes that are alive. */
  async lookUpAsClients({ clients, times }: { clients: number; times: number }): Promise<Lookup[]> {
    const alive = this.#alive()
    const everybody = alive.flatMap(({ places }) => places)
    const lookups: Lookup[] = []
    for (let c = 0; c < clients; c++) {
      const known = this.#some(this.#places.flat(), KNOWN_TO_CLIENT)
      const wanted = Array.from({ length: times }, () => pick(everybody, this.#random))
      const { child } = pick(alive, this.#random)
      lookups.push(...(await ask<Lookup[]>(child, { do: 'lookupAsClient', known, wanted })))
    }
    return lookups
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#alive().map(async ({ child }) => {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }),
    )
  }

  #alive(): { child: ChildProcess; places: Place[] }[] {
    const all = this.#children.map((child, p) => ({ child, places: this.#places[p] ?? [] }))
    return all.filter(({ child: { exitCode, killed } }) => exitCode === null && !killed)
  }

  /** At most so many, each once. */
  #some(from: readonly Place[], count: number): Place[] {
    const picked = Array.from({ length: Math.min(count, from.length) }, () => pick(from, this.#random))
    return [...new Map(picked.map((each) => [each.peerId, each])).values()]
  }
}

async function ask<T>(child: ChildProcess, request: SwarmRequest): Promise<T> {
  const answered = new AbortController()
  const { signal } = answered
  child.send(request)
  try {
    const [message] = (await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }).then(() => [{ error: 'the process has ended' }]),
    ])) as [{ value: T; error?: string }]
    if (message.error !== undefined) throw new Error(message.error)
    return message.value
  } finally {
    answered.abort()
  }
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[random.below(from.length)] as T
}

/** Of a list of times, in milliseconds. */
export function quantile(ms: readonly number[], share: number): number {
  const sorted = ms.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
