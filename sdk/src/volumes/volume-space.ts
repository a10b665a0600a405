/** `moving`: what lives goes out of sparse stripes. `releasing`: the owner's wallet lets go of what was removed. */
export type CompactProgress = { phase: 'moving' | 'releasing' | 'done'; movedBytes: number; freedBytes: number }

export type CompactOptions = {
  /**
   * Has the owner's wallet sign that what was removed may be overwritten at once; it cannot be taken back then. Otherwise it is
   * kept for the retention time.
   */
  release?: boolean
  onProgress?: (progress: CompactProgress) => void
  signal?: AbortSignal
}

export type CompactResult = {
  /** Sealed bytes that were moved out of sparse stripes. */
  movedBytes: number
  /** Bytes of log in the stripes that were freed. */
  freedBytes: number
  /** Bytes of log that can be appended now, before parity. */
  roomBytes: number
  /** Bytes of log that are free but kept back, and the first epoch in which some of them can be used. */
  retainedBytes: number
  usableFromEpoch?: number
  /** Of the last state. */
  nonce: bigint
}

/** A state that the volume was in, as its slots remember it: the last one of an epoch. */
export type PastState = { nonce: bigint; epoch: number; files: number; plainBytes: number; logBytes: number }

export type RestoreOptions = {
  /** Of the state to take the file from; by default the newest that has another one than there is now. */
  nonce?: bigint
  signal?: AbortSignal
}

export type RestoreResult = {
  path: string
  /** The file's address. */
  cid: string
  size: number
  /** Nonce of the state that it was taken from. */
  from: bigint
  /** Sealed bytes that had been freed and were stored again. */
  copiedBytes: number
  /** Of the last state. */
  nonce: bigint
}
