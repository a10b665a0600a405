import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { SECTOR_BYTES, sectorRoot } from '@storgo/protocol'
import { tlsIdentityOf } from '../../sdk/src/net/carrier/tls-identity.ts'
import { transportKeyOf } from '../../sdk/src/net/peer-id.ts'
import { collector } from '../collector.ts'
import { HEAD_BYTES, OPERATIONS, readHead } from './by-hand-frames.ts'

/**
 * What a provider does, by hand: `receiver.ts tls FILE` keeps sectors in a file and computes the root of each that it takes or
 * gives; `receiver.ts tcp` takes bytes and does nothing with them. Sends its port.
 */
const [kind, path] = process.argv.slice(2)
const file = path === undefined ? undefined : await open(path, 'w+')
const DONE = Uint8Array.of(0)

async function answer(operation: number, sector: number, bytes: Uint8Array): Promise<Uint8Array> {
  if (operation === OPERATIONS.put) {
    if (file === undefined) return DONE
    await file.write(bytes, 0, SECTOR_BYTES, sector * SECTOR_BYTES)
    return sectorRoot(bytes)
  }
  if (operation === OPERATIONS.sync) {
    await file?.datasync()
    return DONE
  }
  const read = Buffer.allocUnsafeSlow(SECTOR_BYTES)
  await file?.read(read, 0, SECTOR_BYTES, sector * SECTOR_BYTES)
  // The client needs a path from it, or at least to know that the disk has not changed it.
  sectorRoot(read)
  return read
}

function serve(socket: Socket): void {
  let head: { operation: number; sector: number } | undefined
  let answered: Promise<unknown> = Promise.resolve()
  const reply = (operation: number, sector: number, bytes: Uint8Array) => {
    const working = answer(operation, sector, bytes)
    answered = answered.then(async () => socket.write(await working))
  }
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on(
    'data',
    collector(
      () => (head ? SECTOR_BYTES : HEAD_BYTES),
      (bytes) => {
        if (head) {
          reply(head.operation, head.sector, bytes)
          head = undefined
          return
        }
        const next = readHead(bytes)
        if (next.operation === OPERATIONS.put) head = next
        else reply(next.operation, next.sector, bytes)
      },
    ),
  )
}

const server: Server =
  kind === 'tls' ? createTlsServer(await tlsIdentityOf(transportKeyOf(randomBytes(32))), serve) : createTcpServer(serve)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()
process.send?.(typeof address === 'object' && address ? address.port : 0)
process.on('disconnect', () => process.exit())
