/** The abort reason when the user, or whoever started us, wants an end. */
export const STOP: unique symbol = Symbol('stop')

/**
 * Aborts on Ctrl-C, SIGTERM, a closed terminal, or the end of the process that started us and still waits. A second signal
 * ends this process at once; the others notice that by themselves.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(1)
      controller.abort(STOP)
    })
  }
  return controller.signal
}
