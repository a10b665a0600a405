import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { PageResult, PageTask } from './fixtures/page.ts'

/** A page with a task, served on the loopback interface. */
export type APage = Disposable & { url: string; result: Promise<PageResult> }

/** Bundles `fixtures/page.ts` as a page's own build would, with the code for browsers, and serves it. */
export async function aPage(task: PageTask): Promise<APage> {
  const entry = fileURLToPath(new URL('fixtures/page.ts', import.meta.url))
  const { outputFiles } = await build({
    ...{ entryPoints: [entry], bundle: true, write: false, format: 'esm', logLevel: 'silent' },
    ...{ platform: 'browser', conditions: ['browser'], target: 'es2024' },
  })
  const script = outputFiles[0]?.text ?? ''
  const { promise: result, resolve } = Promise.withResolvers<PageResult>()
  const bodies: Record<string, [string, string]> = {
    '/': ['text/html', '<!doctype html><title>Storgo</title><script type="module" src="/page.js"></script>'],
    '/page.js': ['text/javascript', script],
    '/task': ['application/json', JSON.stringify(task)],
  }
  const server = createServer(async (request, response) => {
    if (request.url === '/result') resolve(JSON.parse(await text(request)))
    const [type, body] = bodies[request.url ?? ''] ?? ['text/plain', '']
    response.writeHead(200, { 'content-type': type }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/`,
    result,
    [Symbol.dispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}
