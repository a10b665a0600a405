import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { bytesToHex } from 'viem'
import type { ANetwork } from './a-network.ts'
import type { ClientNews, ClientTask } from './client-process.ts'

export type ClientResult = Extract<ClientNews, { done: true }>

/**
 * Runs a client in a process of its own. @param onProgress may end it: then nothing comes of it.
 * @returns what it came to, or `undefined` if it was killed.
 */
export async function runClient(
  { rpcUrl, deployment, wallet }: ANetwork,
  { volumeId, ...work }: { volumeId: bigint } & Pick<ClientTask, 'put' | 'get'>,
  onProgress: (news: { plainBytes: number; phase: string }, kill: () => void) => void = () => {},
): Promise<ClientResult | undefined> {
  const script = fileURLToPath(new URL('client-process.ts', import.meta.url))
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<string | null>((resolve) => child.on('close', (_, signal) => resolve(signal)))
  const task: ClientTask = {
    rpcUrl,
    deployment,
    masterKey: bytesToHex(wallet.masterKey),
    volumeId: String(volumeId),
    ...work,
  }
  child.stdin.end(JSON.stringify(task))
  let result: ClientResult | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    const news: ClientNews = JSON.parse(line)
    if ('done' in news) result = news
    else onProgress(news, () => child.kill('SIGKILL'))
  }
  const signal = await ended
  if (result === undefined && signal !== 'SIGKILL') throw new Error('the client process has failed')
  return result
}
