/** A value, or a promise of one where the platform only has an asynchronous way. Callers `await`. */
type Awaitable<Value> = Value | Promise<Value>

/** Hashes every 64 bytes of `input` into the 32 bytes at the same place of `output`; the two never overlap. */
export type HashPairs = (input: Uint8Array, output: Uint8Array) => void

/**
 * What Storgo needs of the machine it runs on. `node.ts` and `browser.ts` both give exactly this and pass
 * `platform.conformance.ts`; the package's `#platform` import picks one. Keys are 32 bytes, nonces 12, tags 16.
 */
export type Platform = {
  /** @returns 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array
  /** SHA-256 of many bytes: as fast as the platform can, so perhaps later. */
  digestSha256(bytes: Uint8Array): Awaitable<Uint8Array>
  hashPairs: HashPairs
  /** Which code {@link Platform.hashPairs} runs: the native one, or WASM where none loads. */
  readonly pairHasher: 'hashtree' | 'as-sha256'
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array
  /** RFC 5869 with 32 bytes of output. */
  hkdfSha256(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array): Uint8Array
  /**
   * @param into Room for the result, 16 bytes more than `plain` at least, and not the same memory; a fresh array unless
   *   given, which costs as much as the cipher does.
   * @returns ciphertext ‖ tag: the start of `into`.
   */
  sealAesGcm(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, into?: Uint8Array): Awaitable<Uint8Array>
  /** @throws {StorgoError} `DECRYPTION_FAILED` unless `sealed` is what this key and nonce sealed. */
  openAesGcm(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Awaitable<Uint8Array>
  /** One Zstandard frame, or `undefined` where the platform cannot compress. */
  zstdCompress(bytes: Uint8Array): Awaitable<Uint8Array | undefined>
  /** @throws {StorgoError} `DECRYPTION_FAILED` if it is no Zstandard frame or holds more than `maxBytes`. */
  zstdDecompress(bytes: Uint8Array, maxBytes: number): Awaitable<Uint8Array>
  randomBytes(count: number): Uint8Array
}
