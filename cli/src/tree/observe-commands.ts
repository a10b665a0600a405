import type { Command } from 'commander'
import type { Runner } from '../run-command.ts'

export type LogsFlags = { follow?: true; node?: string; level?: string; since?: string; grep?: string }
export type HealthFlags = { watch?: true }
export type DoctorFlags = { fix?: true; folder?: string }
export type TopFlags = { folder?: string }

const FOLDER = ['--folder <folder>', "also a provider's folder (default: ./storgo-node)"] as const

/** `storgo health`, `doctor`, `logs`, `top`: how everything on this machine does. */
export function addObserveCommands(program: Command, run: Runner): void {
  program
    .command('health')
    .description('one verdict over chain, local providers and your volumes')
    .option('--watch', 'look again every few seconds')
    .action((flags: HealthFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/health.ts')).health(context, flags)),
    )
  program
    .command('doctor')
    .description('check the installation: profile, keys, chain, clock, data folders, ports, settings')
    .option('--fix', 'repair what is safe to repair, after asking')
    .option(...FOLDER)
    .action((flags: DoctorFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/doctor.ts')).doctor(context, flags)),
    )
  program
    .command('logs')
    .description('what the providers of the local network log, merged by time')
    .option('-f, --follow', 'go on with what is logged from now on')
    .option('--node <name>', 'one log alone: provider-3, chain, or network')
    .option('--level <level>', 'this level and worse: trace, debug, info, warn, error, fatal')
    .option('--since <time>', 'such as 10m, or an ISO 8601 time')
    .option('--grep <expression>', 'only lines that this regular expression matches')
    .action((flags: LogsFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/logs.ts')).logs(context, flags)),
    )
  program
    .command('top')
    .description('how busy the local providers are; live on a terminal')
    .option(...FOLDER)
    .action((flags: TopFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/top.ts')).top(context, flags)),
    )
}
