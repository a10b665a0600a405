import type { Address } from 'viem'
import type { Chain } from '../chain/connect-chain.ts'
import type { Slot } from '../chain/read-slots.ts'
import type { Volume } from '../chain/read-volume.ts'
import type { Sent } from '../chain/sent.ts'
import type { VolumeClient } from './file-source.ts'

/** What a volume is to be. */
export type VolumeOrder = {
  /** Data and parity slots; default 4 and 2. */
  k?: number
  m?: number
  /** MiB in each slot: k × sectors MiB for data. */
  sectors: number
  /** Paid in advance, from the next epoch on. */
  epochs: number
  /** Operators by slot, all different; by default the cheapest with room. */
  providers?: readonly Address[]
}

/** Amounts in STOR's smallest unit; `total` is for all epochs. */
export type VolumeQuote = {
  k: number
  m: number
  sectors: number
  epochs: number
  providers: Address[]
  pricePerEpoch: bigint
  total: bigint
}

export type OpenOptions = VolumeOrder & {
  /** Most that it may cost per epoch; by default what is quoted. */
  maxPricePerEpoch?: bigint
  /** Until when the session key may sign states, in Unix seconds; by default a year after the newest block. */
  sessionKeyExpiry?: bigint
}

/** What a slot says it holds: nonces of its certified and its latest state, 0 for none. `code` when it said nothing. */
export type SlotReport = { nonce: bigint; latestNonce: bigint } | { code: string; reason: string }

/** A volume with its slots; `state` and `contents` when asked for. */
export type VolumeDetails = Volume & {
  slots: (Slot & { state?: SlotReport })[]
  /** Of the last certified state. `logBytes` is what k × `sectors` MiB are filled with. */
  contents?: { nonce: bigint; files: number; plainBytes: number; logBytes: number }
}

/** A client of one deployment. Disposing it closes its connections. */
export type Storgo = AsyncDisposable & {
  readonly chain: Chain
  readonly volumes: {
    /** What a volume would cost now. @throws {StorgoError} `NOT_ENOUGH_SLOTS` when too few providers have room. */
    quote(order: VolumeOrder): Promise<VolumeQuote>
    /** Opens a volume in one transaction. @throws {StorgoError} `PRICE_TOO_HIGH`, `INSUFFICIENT_FUNDS`, as `quote`. */
    open(options: OpenOptions): Promise<VolumeQuote & Sent & { volumeId: bigint }>
    /** The volumes that the account, or `owner`, opened; oldest first. */
    list(options?: { owner?: Address }): Promise<Volume[]>
    /** One volume; with `states`, what each slot says it holds. @throws {StorgoError} `VOLUME_UNKNOWN`. */
    show(volumeId: bigint, options?: { states?: boolean; signal?: AbortSignal }): Promise<VolumeDetails>
  }
  /** The files of a volume. Nothing is asked before its first call. */
  volume(volumeId: bigint): VolumeClient
}
