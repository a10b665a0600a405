import { once } from 'node:events'
import { createServer } from 'node:net'
import { type Diagnosis, ill, well } from './diagnosis.ts'

/** Where a provider wants to listen. Port 0 is any that is free. */
export type Listening = { what: string; host: string; port: number }

/** Whether a provider could listen where it wants to; one that runs does. @param runs whether ours runs. */
export async function checkPort({ what, host, port }: Listening, runs: boolean): Promise<Diagnosis> {
  const subject = `port ${port}`
  if (port === 0) return well(subject, `${what}: any free port`)
  const taken = await occupied(host, port)
  if (taken === undefined) return well(subject, `${what}: free`)
  if (runs) return well(subject, `${what}: our provider listens there`)
  return ill(subject, `${what}: ${host} port ${port} cannot be used (${taken})`, `ss -ltnp sport = :${port}`)
}

/** Why nothing can listen there, if so. */
async function occupied(host: string, port: number): Promise<string | undefined> {
  const server = createServer()
  try {
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
    return undefined
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  } finally {
    server.close()
  }
}

/** TCP ports of `/ip4/0.0.0.0/tcp/4001` and the like, with or without what runs on them. */
export function listeningOf(multiaddr: string): Listening | undefined {
  const match = /^\/ip[46]\/([^/]+)\/tcp\/(\d+)(\/.*)?$/u.exec(multiaddr)
  return match?.[1] === undefined ? undefined : { what: multiaddr, host: match[1], port: Number(match[2]) }
}
