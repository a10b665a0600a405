import { createServer } from 'node:net'

/** A TCP port of 127.0.0.1 that nothing listens on: `preferred` if it is free, otherwise any. */
export async function freePort(preferred: number): Promise<number> {
  return (
    (await listenOnce(preferred)) ??
    (await listenOnce(0)) ??
    Promise.reject(new Error('no TCP port of 127.0.0.1 is free'))
  )
}

/** The port that could be listened on, or undefined. */
function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined))
    })
  })
}
