import { setTimeout as delay } from 'node:timers/promises'
import { isStorgoError } from '@storgo/protocol'
import { hexToBytes } from 'viem'
import { readLocalFile } from '../../cli/src/transfer/read-local-file.ts'
import { ByHand } from './by-hand.ts'
import type { ClientTask, Spent } from './client-task.ts'

const RETRY_MS = 1_000
const MOST_TRIES = 20

/** A client process: does what it is told once, says what that took, and is there until it is let go. */
process.on('message', async (task: ClientTask) => {
  process.send?.(await run(task))
})

async function run(task: ClientTask): Promise<Spent> {
  if (task.way === 'storgo') return withStorgo(task)
  using byHand = await ByHand.connect(task.ports, task.way === 'by hand')
  return await spent(() => (task.operation === 'put' ? byHand.put(task.path, task.bytes) : byHand.get(task.bytes)))
}

async function withStorgo(task: ClientTask & { way: 'storgo' }): Promise<Spent> {
  const { connectStorgo } = await import('@storgo/sdk')
  const { rpcUrl, deployment, masterKey, volumeId, operation, path, bytes: size } = task
  await using storgo = await connectStorgo({ rpcUrl, deployment, masterKey: hexToBytes(masterKey) })
  const volume = storgo.volume(BigInt(volumeId))
  const put = async () => {
    const source = { path: 'file', size, modifiedMs: 0, mediaType: '', open: () => readLocalFile(path, size) }
    const { full, dedupedBytes } = await volume.put([source])
    if (!full) throw new Error('a slot fell behind')
    if (dedupedBytes > 0) throw new Error('part of it was there already')
  }
  const get = async () => {
    let read = 0
    for await (const part of volume.get('file')) read += part.length
    if (read !== size) throw new Error(`${read} of ${size} bytes were read`)
  }
  // Both sides of the comparison begin with open connections.
  await patiently(() => volume.list({ limit: 1 }))
  // Awaited here: what is returned unawaited would begin once the connections are closed.
  return await patiently(() => spent(operation === 'put' ? put : get))
}

/** Connecting has deadlines that a busy machine may miss: then once more, from the beginning. */
async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!isStorgoError(error, 'NOT_ENOUGH_SLOTS') || tries === MOST_TRIES) throw error
      await delay(RETRY_MS)
    }
  }
}

async function spent(work: () => Promise<void>): Promise<Spent> {
  const before = process.cpuUsage()
  const beforeMs = performance.now()
  await work()
  const seconds = (performance.now() - beforeMs) / 1_000
  const { user, system } = process.cpuUsage(before)
  return { seconds, cpuSeconds: (user + system) / 1e6 }
}
