import { setTimeout as delay } from 'node:timers/promises'
import { StorgoError } from '@storgo/protocol'
import type { Context } from '../context.ts'
import { isAlive, readLocalNetwork } from '../local-network/find.ts'
import { networkFolder } from '../local-network/repository.ts'
import type { DevFolderFlags } from '../tree/dev-commands.ts'

const POLL_MS = 50
/** The network gives its processes 5 s before it kills them; this is beyond that. */
const PATIENCE_MS = 15_000

/** Stops the local network and waits until its processes have ended. */
export async function devDown({ output, cwd, signal }: Context, flags: DevFolderFlags): Promise<undefined> {
  const folder = networkFolder(cwd, flags.folder)
  const network = readLocalNetwork(folder)
  if (network === undefined) {
    output.data('storgo.dev.down/1', { stopped: false, folder }, `No local network runs in ${folder}.`)
    return undefined
  }
  const pids = [network.pid, ...network.providers.map(({ pid }) => pid)]
  process.kill(network.pid, 'SIGTERM')
  const deadline = performance.now() + PATIENCE_MS
  while (pids.some(isAlive)) {
    if (performance.now() > deadline) {
      const left = pids.filter(isAlive)
      throw new StorgoError('TIMED_OUT', `the local network did not stop within ${PATIENCE_MS / 1000} s`, {
        left: left.join(' '),
        next: `kill -9 ${left.join(' ')}`,
      })
    }
    await delay(POLL_MS, undefined, { signal })
  }
  output.data(
    'storgo.dev.down/1',
    { stopped: true, folder, pid: network.pid },
    `Stopped the local network in ${folder}.`,
  )
  return undefined
}
