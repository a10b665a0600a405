import type { Command } from 'commander'
import type { NodeChoice } from '../provider/node-control.ts'
import type { Runner } from '../run-command.ts'

export type NetPeersFlags = NodeChoice & { all?: true }

/** `storgo net …`: how a running provider sees the others. */
export function addNetCommands(program: Command, run: Runner): void {
  const net = program.command('net').description("a provider's network")
  const add = (name: string, description: string) =>
    net
      .command(name)
      .description(description)
      .option('--folder <folder>', "the provider's folder (default: a provider of the local network)")
      .option('--provider <name>', 'its name in the local network (default: the first)')

  add('peers', 'who is connected, and how well each has answered')
    .option('--all', 'also those that are only remembered')
    .action((flags: NetPeersFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/net-peers.ts')).netPeers(context, flags)),
    )
  add('ping <peer>', 'time to a peer (operator address or peer id) and back').action(
    (peer: string, flags: NodeChoice, command: Command) =>
      run(command, async (context) => (await import('../commands/net-ping.ts')).netPing(context, peer, flags)),
  )
  add('lookup <key>', "an operator's addresses, or who serves a manifest, from the hash table").action(
    (key: string, flags: NodeChoice, command: Command) =>
      run(command, async (context) => (await import('../commands/net-lookup.ts')).netLookup(context, key, flags)),
  )
  add('dht', 'the distributed hash table: contacts, what is kept for others, lookups').action(
    (flags: NodeChoice, command: Command) =>
      run(command, async (context) => (await import('../commands/net-dht.ts')).netDht(context, flags)),
  )
  add('bandwidth', 'bytes exchanged with each peer').action((flags: NodeChoice, command: Command) =>
    run(command, async (context) => (await import('../commands/net-bandwidth.ts')).netBandwidth(context, flags)),
  )
  add('trace <peer>', 'every step on the way to a peer').action((peer: string, flags: NodeChoice, command: Command) =>
    run(command, async (context) => (await import('../commands/net-trace.ts')).netTrace(context, peer, flags)),
  )
  add('health', 'whether providers find and reach others (default: all of the local network)').action(
    (flags: NodeChoice, command: Command) =>
      run(command, async (context) => (await import('../commands/net-health.ts')).netHealth(context, flags)),
  )
}
