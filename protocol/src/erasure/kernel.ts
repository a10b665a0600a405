import { StorgoError } from '../errors.ts'
import { PLAIN_KERNEL, RELAXED_KERNEL } from './generated/kernel-wasm.ts'

/** A kernel's exports: see kernel.as.ts. */
export type Kernel = {
  readonly memory: WebAssembly.Memory
  combine(
    count: number,
    rows: number,
    sum: boolean,
    length: number,
    tables: number,
    sources: number,
    results: number,
    stride: number,
  ): void
}

/**
 * Instantiates the fastest kernel that this engine validates.
 *
 * @param validates whether the engine runs a module; given by tests.
 * @throws {StorgoError} `INTERNAL` on an engine without WebAssembly SIMD (all have it since 2023).
 */
export function loadKernel(validates: (wasm: Uint8Array<ArrayBuffer>) => boolean = WebAssembly.validate): Kernel {
  const wasm = [RELAXED_KERNEL, PLAIN_KERNEL].map(fromBase64).find((candidate) => validates(candidate))
  if (wasm === undefined) throw new StorgoError('INTERNAL', 'erasure coding needs an engine with WebAssembly SIMD')
  // About 1 KiB, which every engine compiles synchronously.
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm))
  return exports as Kernel
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
