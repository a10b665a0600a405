import { open } from 'node:fs/promises'

const MAX_READ_BYTES = 1 << 20

/**
 * A regular file's bytes. Two buffers take turns: one is read into while the other is looked at, so what was given out is
 * valid until the next is asked for. Fresh ones for every MiB would cost as much as encrypting it.
 *
 * @param size of the file when it was listed; it may have changed.
 */
export async function* readLocalFile(path: string, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  await using file = await open(path)
  // One byte more than there should be finds the end at once.
  const bufferBytes = Math.min(size + 1, MAX_READ_BYTES)
  const readInto = (buffer: Uint8Array) => file.read(buffer, 0, buffer.length, null)
  let reading = readInto(new Uint8Array(bufferBytes))
  let spare: Uint8Array | undefined
  for (;;) {
    const { bytesRead, buffer } = await reading
    if (bytesRead === 0) return
    if (bytesRead < buffer.length && bytesRead >= size) return yield buffer.subarray(0, bytesRead)
    // A file that has grown is not read on in steps of what it was.
    spare ??= new Uint8Array(MAX_READ_BYTES)
    reading = readInto(spare)
    // Awaited in its turn below; a consumer that stops early does not.
    reading.catch(() => {})
    yield buffer.subarray(0, bytesRead)
    spare = buffer.length < MAX_READ_BYTES ? undefined : buffer
  }
}
