import type { Context } from '../context.ts'
import { banReport } from '../provider/net-reports.ts'
import { control, runningNode } from '../provider/node-control.ts'
import { parseDuration } from '../quantities.ts'
import type { BanFlags } from '../tree/ban-commands.ts'

/** Ten years; a node takes no longer ban that has an end. */
const MOST_MS = 315_360_000_000

/** Bans a peer at a provider. */
export async function nodeBan(context: Context, peer: string, flags: BanFlags): Promise<undefined> {
  const { output, signal } = context
  const seconds =
    flags.for === undefined ? undefined : Math.max(1, Math.round(parseDuration(flags.for, { maxMs: MOST_MS }) / 1_000))
  const node = await runningNode(context, flags)
  const body = { peer, ...(flags.reason !== undefined && { reason: flags.reason }), ...(seconds && { seconds }) }
  const ban = await control(node, '/v1/control/ban', { body, schema: banReport, signal })
  const until = ban.untilMs === null ? 'until it is lifted' : `until ${new Date(ban.untilMs).toISOString()}`
  output.data('storgo.node.ban/1', { provider: node.name, ban }, `Banned ${ban.peerId} ${until}: ${ban.reason}.`)
}
