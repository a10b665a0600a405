import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { MAX_BULK_BYTES } from '@storgo/protocol'
import { answerOn, type Operation, SocketExchange } from '../transfer/socket-exchange.ts'

/** What a client of raw sockets is told to do: move so many MiB, the same number over each of so many sockets. */
export type RawTask = { operation: Operation; sockets: number; mebibytes: number }

const PORT = 4_001
const BULK = new Uint8Array(MAX_BULK_BYTES)

/** `raw-sockets.ts serve|ask ADDRESS`: the least that moving bytes takes on a path, for comparison. Answers a task with its milliseconds. */
const [role, host = ''] = process.argv.slice(2)
if (role === 'serve') {
  const server = createServer((socket) => answerOn(socket, BULK))
  server.listen(PORT, host)
  await once(server, 'listening')
}

async function move({ operation, sockets, mebibytes }: RawTask): Promise<number> {
  const open = await Promise.all(
    Array.from({ length: sockets }, async () => {
      const socket = connect({ host, port: PORT })
      await once(socket, 'connect')
      return socket.setNoDelay(true)
    }),
  )
  const startedMs = performance.now()
  await Promise.all(
    open.map((socket) => {
      const exchange = new SocketExchange(socket)
      return Promise.all(Array.from({ length: Math.ceil(mebibytes / sockets) }, () => exchange.ask(operation, BULK)))
    }),
  )
  const ms = performance.now() - startedMs
  for (const socket of open) socket.destroy()
  return ms
}

process.on('message', async (task: RawTask) => process.send?.(await move(task)))
process.on('disconnect', () => process.exit())
process.send?.('ready')
