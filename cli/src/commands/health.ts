import { setTimeout as delay } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { checkChain } from '../health/check-chain.ts'
import { checkNode } from '../health/check-node.ts'
import { checkVolume } from '../health/check-volume.ts'
import { describeFindings, type Finding, failedFinding } from '../health/finding.ts'
import { openSession, type Session } from '../profile/session.ts'
import { localNodes } from '../provider/local-nodes.ts'
import type { HealthFlags } from '../tree/observe-commands.ts'

/** Between two looks of `--watch`. */
const PAUSE_MS = 5_000
const CLEAR = '\u001b[H\u001b[2J'

/** One verdict over the chain, the local nodes and the account's volumes: exit code 5 if anything is not well. */
export async function health(context: Context, flags: HealthFlags): Promise<ExitCode> {
  const { output, stdout, signal } = context
  await using resources = new AsyncDisposableStack()
  let session: Session | undefined
  for (let before: string | undefined; ; ) {
    const opened = session ?? (await openSession(context).catch((error: unknown) => error))
    signal.throwIfAborted()
    if (session === undefined && isSession(opened)) session = resources.use(opened)
    const findings = await lookAtAll(context, opened)
    const healthy = findings.every(({ ok }) => ok)
    const text = describe(findings)
    // On a terminal the report stays where it is; otherwise only what is new is told.
    const redraws = flags.watch === true && stdout.isTTY === true && !output.json
    if (redraws) stdout.write(CLEAR)
    if (redraws || flags.watch !== true || text !== before) output.data('storgo.health/1', { healthy, findings }, text)
    if (flags.watch !== true) return healthy ? EXIT.ok : EXIT.unhealthy
    before = text
    await delay(PAUSE_MS, undefined, { signal })
  }
}

/** @param session or why there is none. */
async function lookAtAll(context: Context, session: unknown): Promise<Finding[]> {
  const { signal } = context
  const attempt = (area: Finding['area'], subject: string, look: () => Promise<Finding>): Promise<Finding> =>
    look().catch((error: unknown) => {
      signal.throwIfAborted()
      return failedFinding(area, subject, error)
    })
  let epoch: number | undefined
  const chain = await attempt('chain', 'chain', async () => {
    if (!isSession(session)) throw session
    const looked = await checkChain(session.storgo.chain)
    epoch = looked.epoch
    return looked.finding
  })
  const nodes = await localNodes(context)
  const nodeFindings = await Promise.all(
    nodes.map((node) => attempt('node', node.name, () => checkNode(node, epoch, signal))),
  )
  const volumes: Finding[] = []
  const now = epoch
  if (isSession(session) && now !== undefined) {
    const { storgo } = session
    for (const id of await session.volumeIds())
      volumes.push(await attempt('volume', `volume ${id}`, () => checkVolume(storgo, id, { epoch: now, signal })))
  }
  return [chain, ...nodeFindings, ...volumes]
}

function isSession(value: unknown): value is Session {
  return typeof value === 'object' && value !== null && 'storgo' in value
}

function describe(findings: readonly Finding[]): string {
  const bad = findings.filter(({ ok }) => !ok).length
  const verdict = bad === 0 ? 'Healthy.' : `Not healthy: ${bad} of ${findings.length} things need you.`
  return `${describeFindings(findings)}\n\n${verdict}`
}
