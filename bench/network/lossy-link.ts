import { execFile, spawn } from 'node:child_process'
import { access, constants, readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Within } from '../../test/network/a-client.ts'

const run = promisify(execFile)

/** Addresses of the two ends. */
export const [NEAR, FAR] = ['10.77.0.1', '10.77.0.2']

/** What the link does to packets, in each direction. */
type LinkState = { delay_ms?: number; loss?: number; up?: boolean }
/** Bytes of packets that have got through, headers included. */
type Passed = { there: number; back: number }

/** Two network namespaces with a link between them, which is emulated by a process. */
export type LossyLink = AsyncDisposable & {
  /** How to start a process at either end. */
  near: Within
  far: Within
  /** Changes the link. */
  set(state: LinkState): Promise<Passed>
  /** Which congestion controls the kernel has, for TCP. */
  congestionControls(): Promise<string[]>
  /** Has new sockets of both ends use this one. @returns what the kernel says is in use. */
  useCongestionControl(name: string): Promise<string>
}

/** Why there can be no link here; `undefined` if there can. */
export async function whyNoLink(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'it takes root'
  try {
    await access('/dev/net/tun', constants.R_OK | constants.W_OK)
    await run('ip', ['netns', 'list'])
    await run('python3', ['--version'])
    return undefined
  } catch (error) {
    return `it takes /dev/net/tun, ip and python3: ${error instanceof Error ? error.message : error}`
  }
}

/** Makes both namespaces, with names of their own, and the link; disposing it, or the end of this process, takes them away. */
export async function openLink(): Promise<LossyLink> {
  await using resources = new AsyncDisposableStack()
  const names = ['near', 'far'].map((end) => `storgo-${process.pid}-${end}`)
  const script = fileURLToPath(new URL('lossy-link.py', import.meta.url))
  const child = spawn('python3', [script, ...names], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('close', resolve))
  resources.defer(async () => {
    child.stdin.end()
    await ended
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const read = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('the process of the link has ended')
    return value
  }
  await read()
  const within = (name = ''): Within => ({
    execPath: 'ip',
    execArgv: ['netns', 'exec', name, process.execPath],
  })
  const route = (name: string, ...args: string[]) => run('ip', ['-n', name, 'route', ...args])
  const running = resources.move()
  return {
    near: within(names[0]),
    far: within(names[1]),
    set: async (state) => {
      child.stdin.write(`${JSON.stringify(state)}\n`)
      const { a_to_b: there, b_to_a: back } = JSON.parse(await read())
      return { there, back }
    },
    congestionControls: async () => {
      const text = await readFile('/proc/sys/net/ipv4/tcp_available_congestion_control', 'utf8')
      return text.trim().split(/\s+/u)
    },
    useCongestionControl: async (name) => {
      // By the route, as containers may not set net.ipv4.tcp_congestion_control.
      for (const [end, to, from] of [
        [names[0] ?? '', FAR, NEAR],
        [names[1] ?? '', NEAR, FAR],
      ] as const) {
        await route(end, 'replace', to, 'dev', 'tun0', 'src', from, 'congctl', name)
      }
      const { stdout } = await route(names[0] ?? '', 'show', FAR)
      return /congctl (\w+)/u.exec(stdout)?.[1] ?? 'unknown'
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
