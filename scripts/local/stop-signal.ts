/** The abort reason when the user, or whoever started us, wants an end. */
export const STOP: unique symbol = Symbol('stop')

/** npm passes on the Ctrl-C that the terminal has sent us already: that is no second wish. */
const ECHO_MS = 1_000

/**
 * Aborts on Ctrl-C, SIGTERM, a closed terminal, or the end of the process that started us and still waits. A second signal, a
 * second or more after the first, ends this process at once; the others notice that by themselves.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  let firstMs = 0
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (!controller.signal.aborted) firstMs = performance.now()
      else if (performance.now() - firstMs > ECHO_MS) process.exit(1)
      controller.abort(STOP)
    })
  }
  return controller.signal
}
