import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { isStorgoError, StorgoError } from '@storgo/protocol'
import { describeNetwork } from '../../cli/src/local-network/describe.ts'
import { LOCAL_NETWORK_FOLDER } from '../../cli/src/local-network/find.ts'
import type { StartMessage } from '../../cli/src/local-network/start-message.ts'
import { formatBytes } from '../../cli/src/quantities.ts'
import { linesAsLogger } from './lines-as-logger.ts'
import { printEvents } from './print-events.ts'
import { startLocalNetwork } from './start-network.ts'
import { Steps } from './steps.ts'
import { STOP, stopSignal } from './stop-signal.ts'
import { storeSamples } from './store-samples.ts'

// `npm start`, and in the background `storgo dev up`: a whole network on this machine until it is told to stop.
const SAMPLE_BYTES = 256 << 20
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

const { values: flags } = parseArgs({
  options: {
    folder: { type: 'string' },
    'no-files': { type: 'boolean' },
    // Keeps chain and data over restarts.
    persist: { type: 'boolean', default: false },
    // With it: forgets those of earlier starts.
    fresh: { type: 'boolean', default: false },
  },
})
const folder = flags.folder ?? join(REPOSITORY, LOCAL_NETWORK_FOLDER)
const signal = stopSignal()
const steps = new Steps(say, signal)

/** One line for people, and for the `dev up` that waits. */
function say(line: string): void {
  process.stdout.write(`${line}\n`)
  tell({ kind: 'progress', text: line })
}

function tell(message: StartMessage): void {
  if (process.connected) process.send?.(message)
}

async function main(): Promise<void> {
  if (flags.fresh && !flags.persist) throw new StorgoError('CONFIG_INVALID', '--fresh goes with --persist alone')
  const persistence = flags.persist ? { fresh: flags.fresh } : undefined
  const options = { folder, repository: REPOSITORY, steps, logger: linesAsLogger(say), persistence }
  await using network = await startLocalNetwork(options)
  // `dev up` prints this itself, on its stdout.
  if (!process.connected) say(`\n${describeNetwork(network.record)}\n`)
  if (flags['no-files'] !== true && !network.resumed) {
    const { files, plainBytes } = await steps.run('real files are stored: documents, and installed packages', () =>
      storeSamples(network, { repository: REPOSITORY, bytes: SAMPLE_BYTES, say, signal }),
    )
    say(`          ${files} files, ${formatBytes(plainBytes)}; try: npx storgo ls`)
  }
  say(`Ready after ${steps.elapsedSeconds.toFixed(1)} s.${process.connected ? '' : ' Ctrl-C stops everything.'}\n`)
  tell({ kind: 'ready' })
  await printEvents(network, { say, signal })
}

try {
  await main()
} catch (error) {
  if (error !== STOP) {
    const message = error instanceof Error ? error.message : String(error)
    process.stderr.write(`${isStorgoError(error) ? message : error instanceof Error ? error.stack : message}\n`)
    tell({ kind: 'failed', message })
    process.exitCode = 1
  }
} finally {
  process.stdout.write(signal.aborted ? 'Stopped; no process is left.\n' : '')
}
process.exit()
