import type { Command } from 'commander'
import type { NodeChoice } from '../provider/node-control.ts'
import type { Runner } from '../run-command.ts'

export type BanFlags = NodeChoice & { reason?: string; for?: string }

/** `storgo node ban`, `unban` and `bans`, below `storgo node`. */
export function addBanCommands(node: Command, run: Runner): void {
  const add = (name: string, description: string) =>
    node
      .command(name)
      .description(description)
      .option('--folder <folder>', "the provider's folder (default: a provider of the local network)")
      .option('--provider <name>', 'its name in the local network (default: the first)')
  add('bans', 'peers that the provider has nothing to do with, and why').action((flags: NodeChoice, command: Command) =>
    run(command, async (context) => (await import('../commands/node-bans.ts')).nodeBans(context, flags)),
  )
  add('ban <peer>', 'close all connections of a peer (operator address or peer id) and take no more')
    .option('--reason <text>', 'what to show as the reason')
    .option('--for <duration>', 'such as 1h (default: until it is lifted)')
    .action((peer: string, flags: BanFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/node-ban.ts')).nodeBan(context, peer, flags)),
    )
  add('unban <peer>', 'lift a ban').action((peer: string, flags: NodeChoice, command: Command) =>
    run(command, async (context) => (await import('../commands/node-unban.ts')).nodeUnban(context, peer, flags)),
  )
}
