import { ErasureCode } from '@storgo/protocol'
import type { LogWriter, LogWriterOptions } from './log-writer.ts'
import { restoreLog } from './restore-log.ts'
import type { ReadEntry } from './stripe-roots.ts'
import type { Version } from './version.ts'

const EMPTY_STATE = { sectors: 0, root: new Uint8Array(32) }

/** Both read the version that is known last, also after further writes. */
type Reads = Pick<LogWriterOptions, 'read'> & { entry: ReadEntry }

/**
 * The writer of a version's log. What every slot must have let go of by now is free for use again.
 * @throws {StorgoError} as `restoreLog`.
 */
export async function openLog({ record, certificate, head }: Version, reads: Reads): Promise<LogWriter> {
  const { k, m, billedSectors } = record
  return restoreLog({
    ...reads,
    code: ErasureCode.create(k, m),
    state: certificate?.signed.state ?? EMPTY_STATE,
    end: head.root ? head.root.offset + head.root.length : undefined,
    tail: head.tail,
    billedSectors,
  })
}

/** Frees for use what the slots must have let go of meanwhile. Asks the chain only when something is kept back. */
export async function freeWhatIsOver({ free }: LogWriter, { retention }: Version['record']): Promise<void> {
  if (free.retained === 0) return
  const { epoch, retentionEpochs } = await retention()
  free.expire(epoch, retentionEpochs)
}
