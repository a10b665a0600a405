import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import type { Deployment } from '@storgo/sdk'

/** What a client process is told on its standard input; `masterKey` in hex. */
export type ClientTask = {
  rpcUrl: string
  deployment: Deployment
  masterKey: `0x${string}`
  volumeId: string
  put?: { path: string; bytes: number }
  get?: { path: string }
}
/** A line that it prints: how far its put has got, or what it came to. */
export type ClientNews =
  | { plainBytes: number; phase: string }
  | { done: true; nonce: string; storedBytes: number; dedupedBytes: number; sha256: string; maxRssBytes: number }

// As cli/bin/storgo.js does, and like there before anything is loaded.
setFlagsFromString('--semi-space-growth-factor=1')
const { connectStorgo } = await import('@storgo/sdk')
const { hexToBytes } = await import('viem')
const { aFile, sha256 } = await import('./a-file.ts')

const task: ClientTask = JSON.parse(readFileSync(0, 'utf8'))
const { rpcUrl, deployment, masterKey, volumeId, put, get } = task
const say = (news: ClientNews) => process.stdout.write(`${JSON.stringify(news)}\n`)

await using storgo = await connectStorgo({ rpcUrl, deployment, masterKey: hexToBytes(masterKey) })
const volume = storgo.volume(BigInt(volumeId))
const onProgress = ({ plainBytes, phase }: { plainBytes: number; phase: string }) => say({ plainBytes, phase })
const result = put && (await volume.put([aFile(put.path, put.bytes)], { onProgress }))
const hash = get ? await sha256(volume.get(get.path)) : ''
const { nonce = 0n, storedBytes = 0, dedupedBytes = 0 } = result ?? {}
const maxRssBytes = process.resourceUsage().maxRSS * 1024
say({ done: true, nonce: String(nonce), storedBytes, dedupedBytes, sha256: hash, maxRssBytes })
