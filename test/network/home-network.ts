import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { PeerTask, PrintedHello, PrintedPeer } from './fixtures/peer-process.ts'

const run = promisify(execFile)
/** Of iproute2, which is on every Linux. */
const IP = 'ip'

type Place = 'home' | 'router' | 'outside'
/** The router's two addresses are `inside` and `router`. Those outside are no private network's, or nobody would announce them. */
export const ADDRESSES = { home: '10.78.0.2', inside: '10.78.0.1', router: '8.8.0.1', outside: '8.8.0.2' }
const START_MS = 60_000

/** A process of this network: what it prints, line by line. */
type Inhabitant = AsyncDisposable & { line(): Promise<string> }

/** What a peer prints next: itself, or whom it has greeted. */
type APeer = AsyncDisposable & { announced(): Promise<PrintedPeer>; greeted(): Promise<PrintedHello> }

/** A home behind a router, in namespaces: nobody outside reaches what is at home but by ports that the router maps. */
export class HomeNetwork implements AsyncDisposable {
  readonly #names: Record<Place, string>

  private constructor(names: Record<Place, string>) {
    this.#names = names
  }

  /** @returns why there can be none on this machine, as text. */
  static async make(): Promise<HomeNetwork | string> {
    if (process.getuid?.() !== 0) return 'only root may make network namespaces'
    const name = (place: Place) => `storgo-${process.pid}-${place}`
    const names = { home: name('home'), router: name('router'), outside: name('outside') }
    const network = new HomeNetwork(names)
    try {
      for (const each of Object.values(names)) {
        await run(IP, ['netns', 'add', each])
        await run(IP, ['-n', each, 'link', 'set', 'lo', 'up'])
      }
      await network.#join(['home', ADDRESSES.home], ['router', ADDRESSES.inside])
      await network.#join(['outside', ADDRESSES.outside], ['router', ADDRESSES.router])
      await run(IP, ['-n', names.home, 'route', 'add', 'default', 'via', ADDRESSES.inside])
      return network
    } catch (error) {
      await network[Symbol.asyncDispose]()
      return `it takes ip and network namespaces: ${error instanceof Error ? error.message : error}`
    }
  }

  /** The router's own process. */
  async startRouter(): Promise<Inhabitant> {
    const router = this.#start('router', 'home-router.ts', [ADDRESSES.inside, ADDRESSES.router])
    if ((await router.line()) !== 'ready') throw new Error('the router is not ready')
    return router
  }

  /** A peer at that place, until it is disposed. */
  startPeer(place: Place, task: PeerTask): APeer {
    const peer = this.#start(place, 'peer-process.ts', [JSON.stringify(task)])
    return {
      announced: async () => JSON.parse(await peer.line()),
      greeted: async () => JSON.parse(await peer.line()),
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    }
  }

  #start(place: Place, program: string, args: readonly string[]): Inhabitant {
    const file = fileURLToPath(new URL(`fixtures/${program}`, import.meta.url))
    const child = spawn(IP, ['netns', 'exec', this.#names[place], process.execPath, file, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    return inhabitant(child, child.stdout)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of Object.values(this.#names)) await run(IP, ['netns', 'del', name]).catch(() => {})
  }

  async #join(one: [Place, string], other: [Place, string]): Promise<void> {
    const end = ([place]: [Place, string], to: Place) => ['netns', this.#names[place], 'name', `to-${to}`]
    const [near, far] = [end(one, other[0]), end(other, one[0])]
    const pair = ['link', 'add', 'name', near[3] ?? '', ...near.slice(0, 2), 'type', 'veth', 'peer']
    await run(IP, [...pair, 'name', far[3] ?? '', ...far.slice(0, 2)])
    for (const [[place, address], to] of [[one, other[0]] as const, [other, one[0]] as const]) {
      await run(IP, ['-n', this.#names[place], 'addr', 'add', `${address}/24`, 'dev', `to-${to}`])
      await run(IP, ['-n', this.#names[place], 'link', 'set', `to-${to}`, 'up'])
    }
  }
}

function inhabitant(child: ChildProcess, output: Readable): Inhabitant {
  const lines = createInterface({ input: output })[Symbol.asyncIterator]()
  const ended = once(child, 'close')
  return {
    line: async () => {
      const late = AbortSignal.timeout(START_MS)
      const silent = once(late, 'abort').then(() => Promise.reject(new Error(`nothing was printed for ${START_MS} ms`)))
      const { value, done } = await Promise.race([lines.next(), silent])
      if (done) throw new Error('a process of the home network has ended')
      return value
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin?.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(timer)
    },
  }
}
