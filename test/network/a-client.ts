import { type ForkOptions, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { ClientAnswer, ClientTask } from './fixtures/client-process.ts'
import type { SlotPlace } from './fixtures/slots-process.ts'

/** How the processes are started: as children of this one, or, with another program, in a namespace. */
export type Within = Pick<ForkOptions, 'execPath' | 'execArgv'>

/** The providers of the volume in a process: where they are, by slot. */
export type Slots = Disposable & { places: readonly SlotPlace[] }

export async function startSlots(args: readonly string[], within: Within = {}): Promise<Slots> {
  const child = start('slots-process.ts', args, within)
  const [places]: SlotPlace[][] = await firstMessage(child)
  if (!places) throw new Error('the providers have not started')
  return { places, [Symbol.dispose]: () => child.disconnect() }
}

/** A client in a process. */
export type AClient = Disposable & { ask(task: ClientTask): Promise<ClientAnswer> }

export async function startClient(within: Within = {}): Promise<AClient> {
  const child = start('client-process.ts', [], within)
  await firstMessage(child)
  return {
    ask: async (task) => {
      const answered = firstMessage(child)
      child.send(task)
      const [answer]: ClientAnswer[] = await answered
      if (!answer) throw new Error('the client has not answered')
      return answer
    },
    [Symbol.dispose]: () => child.disconnect(),
  }
}

function start(script: string, args: readonly string[], within: Within) {
  return fork(fileURLToPath(new URL(`fixtures/${script}`, import.meta.url)), args, { execArgv: [], ...within })
}

/** @throws if the process ends instead. */
async function firstMessage(child: ReturnType<typeof fork>) {
  const waiting = new AbortController()
  const ended = once(child, 'exit', { signal: waiting.signal }).then(([code, signal]) => {
    throw new Error(`a process ended with ${code ?? signal}`)
  })
  try {
    return await Promise.race([once(child, 'message', { signal: waiting.signal }), ended])
  } finally {
    ended.catch(() => {})
    waiting.abort()
  }
}
