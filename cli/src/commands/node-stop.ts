import { setTimeout as delay } from 'node:timers/promises'
import { StorgoError } from '@storgo/protocol'
import { findNodeProcess } from '../config/running-node.ts'
import type { Context } from '../context.ts'
import { isAlive } from '../local-network/find.ts'
import { NODE_FOLDER } from '../provider/local-nodes.ts'
import { runningNode } from '../provider/node-control.ts'
import type { NodeStopFlags } from '../tree/node-commands.ts'

const POLL_MS = 50
/** A provider gives itself 5 s, which a busy machine stretches. */
const PATIENCE_MS = 60_000

/** Stops a provider and waits until its process has ended. */
export async function nodeStop(context: Context, { folder, provider }: NodeStopFlags): Promise<undefined> {
  const { output, signal } = context
  const node = await runningNode(context, provider === undefined ? { folder: folder ?? NODE_FOLDER } : { provider })
  const pid = await findNodeProcess(node.dataDir, signal)
  process.kill(pid, 'SIGTERM')
  for (const deadline = performance.now() + PATIENCE_MS; isAlive(pid); await delay(POLL_MS, undefined, { signal })) {
    if (performance.now() > deadline)
      throw new StorgoError('TIMED_OUT', `${node.name} did not stop within ${PATIENCE_MS / 1000} s`, {
        pid,
        next: `kill -9 ${pid}`,
      })
  }
  output.data('storgo.node.stop/1', { provider: node.name, pid, stopped: true }, `Stopped ${node.name}.`)
}
