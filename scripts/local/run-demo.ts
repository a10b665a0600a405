import { readSlots, readVolume, settle } from '@storgo/sdk'
import { formatBytes, formatStor } from '../../cli/src/quantities.ts'
import { type ChainEvent, chainEvents } from './chain-events.ts'
import { connectDemo } from './demo-session.ts'
import { linesAsLogger } from './lines-as-logger.ts'
import { type LiveSlot, paidEpochs } from './paid-epochs.ts'
import { differingFiles } from './read-back.ts'
import { sampleFiles } from './sample-files.ts'
import { type LocalNetwork, startLocalNetwork } from './start-network.ts'
import type { Steps } from './steps.ts'

const SAMPLE_BYTES = 256 << 20
/** Data slots: reading then needs both parity slots, the hardest case that must still work. */
const KILLED_SLOTS = [0, 1]
const EPOCHS = 2
const FULL_TIMEOUT_MS = 60_000

export type DemoOptions = {
  folder: string
  repository: string
  steps: Steps
  say(line: string): void
  signal: AbortSignal
}
export type DemoResult = {
  /** Logical bytes stored. */
  bytesStored: number
  files: number
  providersKilled: number
  sha256Match: boolean
  /** Whole epochs after the loss that were watched. */
  epochs: number
  /** Proofs of live slot holders in those epochs. */
  proofs: number
  /** Median gas of those proofs. */
  proveGas: number
  /** What they were paid for those epochs, in STOR's smallest unit. */
  paid: bigint
  seconds: number
  /** Whether everything that was promised happened. */
  held: boolean
}

/** Stores real files, kills two of six holders, reads everything back, and sees that the others prove and are paid. */
export async function runDemo({ folder, repository, steps, say, signal }: DemoOptions): Promise<DemoResult> {
  const startedMs = performance.now()
  const { sources, bytes } = await sampleFiles(repository, SAMPLE_BYTES)
  if (bytes < SAMPLE_BYTES)
    throw new Error(`the repository's files are only ${formatBytes(bytes)}; ${formatBytes(SAMPLE_BYTES)} are needed`)

  await using network = await startLocalNetwork({ folder, repository, steps })
  const { volumeId: id } = network.record
  const volumeId = BigInt(id)
  await using storgo = await connectDemo(network, linesAsLogger(say))
  const volume = storgo.volume(volumeId)
  const stored = await steps.run(
    `${sources.length} real files, ${formatBytes(bytes)}, are stored at all six slots`,
    () => volume.put(sources, { signal, waitForFullMs: FULL_TIMEOUT_MS }),
  )
  if (!stored.full) throw new Error(`only ${stored.receipts} of 6 slots hold the files`)

  const slots = await readSlots(network.chain, volumeId)
}
