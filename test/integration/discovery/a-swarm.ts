import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Random } from '../../../node/src/fixtures/seeded-random.ts'
import type { Lookup, Place, SwarmReport, SwarmRequest } from './swarm-process.ts'

/** Peers that every new one is told of: as many as a registry's first answers. */
const FIRST_PEERS = 3

/** Many peers in a few processes, all in one DHT, each having published its address. */
export class ASwarm implements AsyncDisposable {
  readonly #children: ChildProcess[]
  readonly places: Place[][] = []

  private constructor(children: ChildProcess[]) {
    this.#children = children
  }

  /** @param peers how many there are in each process. */
  static async start({ peers, random }: { peers: readonly number[]; random: Random }): Promise<ASwarm> {
    const file = join(import.meta.dirname, 'swarm-process.ts')
    const children = peers.map(() => fork(file, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }))
    const swarm = new ASwarm(children)
    try {
      await swarm.#begin(peers, random)
      return swarm
    } catch (error) {
      await swarm[Symbol.asyncDispose]()
      throw error
    }
  }

  async #begin(peers: readonly number[], random: Random): Promise<void> {
    const started = this.#children.map((child, p) => ask<Place[]>(child, { do: 'start', peers: peers[p] ?? 0 }))
    this.places.push(...(await Promise.all(started)))
    const before: Place[] = []
    for (const [p, child] of this.#children.entries()) {
      const addresses = (this.places[p] ?? []).map((place) => {
        const known = Array.from({ length: Math.min(FIRST_PEERS, before.length) }, () => pick(before, random))
        before.push(place)
        return [...new Map(known.map((each) => [each.peerId, each])).values()]
      })
      await ask(child, { do: 'join', addresses })
    }
    await Promise.all(this.#children.map((child) => ask(child, { do: 'publish' })))
  }

  reports(): Promise<SwarmReport[]> {
    return Promise.all(this.#alive().map((child) => ask<SwarmReport>(child, { do: 'report' })))
  }

  /** Kills the peers of the first process at once, without a word to anybody. */
  async killFirst(): Promise<void> {
    const [victim] = this.#children
    victim?.kill('SIGKILL')
    if (victim) await once(victim, 'exit')
  }

  /** Looks up every operator that is alive from `times` different nodes each. */
  async lookUpAll(times: number): Promise<Lookup[]> {
    const alive = this.places.filter((_, p) => this.#children[p]?.exitCode === null && !this.#children[p].killed).flat()
    const wanted = Array.from({ length: times }, () => alive)
      .flat()
      .map(({ operator, multiaddrs }) => ({ operator, at: multiaddrs }))
    const children = this.#alive()
    const lookups: Lookup[] = []
    // One process after the other: with all at once the machine would be measured, not the network.
    for (const [c, child] of children.entries()) {
      const share = wanted.filter((_, i) => i % children.length === c)
      lookups.push(...(await ask<Lookup[]>(child, { do: 'lookup', operators: share })))
    }
    return lookups
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      this.#alive().map(async (child) => {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }),
    )
  }

  #alive(): ChildProcess[] {
    return this.#children.filter(({ exitCode, killed }) => exitCode === null && !killed)
  }
}

async function ask<T>(child: ChildProcess, request: SwarmRequest): Promise<T> {
  child.send(request)
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => [{ error: 'the process has ended' }]),
  ])) as [{ value: T; error?: string }]
  if (message.error !== undefined) throw new Error(message.error)
  return message.value
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[random.below(from.length)] as T
}

/** Of a list of times, in milliseconds. */
export function quantile(ms: readonly number[], share: number): number {
  const sorted = ms.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
