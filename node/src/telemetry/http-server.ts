import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StorgoError } from '@storgo/protocol'
import type { Api } from '../control/control-api.ts'
import type { Metrics } from './metrics.ts'
import { readJsonBody } from './read-json-body.ts'

export type HttpOptions = {
  host: string
  port: number
  metrics: Metrics
  /** What readiness consists of; ready when all are true. */
  checks: () => Promise<Record<string, boolean>>
  /** JSON for people and the command line. */
  status: () => Promise<unknown>
  /** Answers everything below `/v1/`. */
  api: Api
}

type Page = { code: number; type: string; body: string }

/** How long a client may take to send its few header lines, or sit idle. */
const TIMEOUT_MS = 5_000

/**
 * Serves `/metrics`, `/healthz` (the process answers), `/readyz` (it can do its work), `/status`, all read only, and `/v1/`.
 *
 * @throws {StorgoError} `CONFIG_INVALID` if the address cannot be listened on.
 */
export async function startHttpServer(options: HttpOptions): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer({ requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS }, (request, response) => {
    const path = new URL(request.url ?? '/', 'http://node').pathname
    const page = path.startsWith('/v1/')
      ? answerApi(request, path, options)
      : answer(request.method ?? '', path, options)
    page.then(
      ({ code, type, body }) => response.writeHead(code, { 'content-type': type }).end(body),
      () => response.writeHead(500).end(),
    )
  })
  server.maxConnections = 64
  server.keepAliveTimeout = TIMEOUT_MS
  await listen(server, options)
  const { address, port, family } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      // Scrapers keep connections alive, and close() alone would wait for them.
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(method: string, path: string, { metrics, checks, status }: HttpOptions): Promise<Page> {
  if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'only GET' })
  if (path === '/healthz') return json(200, { healthy: true })
  if (path === '/metrics')
    return { code: 200, type: metrics.registry.contentType, body: await metrics.registry.metrics() }
  if (path === '/status') return json(200, await status())
  if (path !== '/readyz') return json(404, { error: 'not found' })
  const results = await checks()
  const ready = Object.values(results).every(Boolean)
  return json(ready ? 200 : 503, { ready, checks: results })
}

async function answerApi(request: IncomingMessage, path: string, { api }: HttpOptions): Promise<Page> {
  const { method = '', headers } = request
  const body = method === 'POST' ? await readJsonBody(request) : undefined
  if (method === 'POST' && body === undefined) return json(400, { code: 'REQUEST_INVALID', message: 'no JSON' })
  const { code, value } = await api({ method, path, authorization: headers.authorization, body })
  return json(code, value)
}

function json(code: number, value: unknown): Page {
  const text = JSON.stringify(value, (_, field: unknown) => (typeof field === 'bigint' ? field.toString() : field))
  return { code, type: 'application/json', body: `${text}\n` }
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(
        new StorgoError(
          'CONFIG_INVALID',
          `Cannot listen on ${host}:${port}: ${cause.message}`,
          { host, port },
          { cause },
        ),
      )
    })
    server.listen(port, host, resolve)
  })
}
