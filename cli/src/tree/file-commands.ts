import type { Command } from 'commander'
import type { Runner } from '../run-command.ts'

export type VolumeFlag = { volume?: string }
export type PutFlags = VolumeFlag & { to?: string; name?: string; waitFull: string }
export type GetFlags = VolumeFlag & { force?: true; resume?: true }
export type LsFlags = VolumeFlag & { recursive?: true }
export type RmFlags = VolumeFlag & { recursive?: true }
export type MvFlags = VolumeFlag & { force?: true }
export type VerifyFlags = VolumeFlag & { slots?: true }
export type UndeleteFlags = VolumeFlag & { at?: string }

const VOLUME = ['--volume <id>', 'volume to use (default: the only open one)'] as const

/** `storgo put`, `get`, `ls`, `stat`, `mv`, `rm`, `undelete`, `verify`: the files of a volume. */
export function addFileCommands(program: Command, run: Runner): void {
  program
    .command('put')
    .description('store files and folders; of several arguments the last is the destination')
    .argument('<paths...>', 'files or folders, or - for stdin; then the remote path, a folder if it ends in /')
    .option('--to <path>', 'remote destination; then all arguments are stored')
    .option('--name <path>', 'remote path of what comes from stdin')
    .option('--wait-full <duration>', 'once enough slots hold it, wait this long for all of them', '10s')
    .option(...VOLUME)
    .action((paths: string[], flags: PutFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/put.ts')).put(context, paths, flags)),
    )
  program
    .command('get')
    .description('fetch a file or a folder')
    .argument('<path>', 'remote path')
    .argument('[local]', 'local path, or - for stdout (default: its own name, here)')
    .option('--force', 'replace a local file')
    .option('--resume', 'fail rather than begin anew if the part that is here is of another file')
    .option(...VOLUME)
    .action((path: string, local: string | undefined, flags: GetFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/get.ts')).get(context, path, local, flags)),
    )
  program
    .command('ls')
    .description('list files')
    .argument('[folder]', 'remote folder (default: the root)')
    .option('-r, --recursive', 'everything below it')
    .option(...VOLUME)
    .action((folder: string | undefined, flags: LsFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/ls.ts')).ls(context, folder, flags)),
    )
  program
    .command('stat')
    .description('size, times, type and address of a file')
    .argument('<path>', 'remote path')
    .option(...VOLUME)
    .action((path: string, flags: VolumeFlag, command: Command) =>
      run(command, async (context) => (await import('../commands/stat.ts')).stat(context, path, flags)),
    )
  program
    .command('mv')
    .description('give a file or a folder another path; no byte of it is moved')
    .argument('<from>', 'remote path')
    .argument('<to>', 'remote path, a folder if it ends in /')
    .option('--force', 'replace files that are there already')
    .option(...VOLUME)
    .action((from: string, to: string, flags: MvFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/mv.ts')).mv(context, from, to, flags)),
    )
  program
    .command('rm')
    .description('remove files')
    .argument('<paths...>', 'remote paths')
    .option('-r, --recursive', 'folders with all below them')
    .option(...VOLUME)
    .action((paths: string[], flags: RmFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/rm.ts')).rm(context, paths, flags)),
    )
  program
    .command('undelete')
    .description('put a file back as it was, while the slots remember')
    .argument('<path>', 'remote path')
    .option('--at <state>', 'number of the state to take it from, or epoch:N (default: the newest that had another)')
    .option(...VOLUME)
    .action((path: string, flags: UndeleteFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/undelete.ts')).undelete(context, path, flags)),
    )
  program
    .command('verify')
    .description('read files to their end and check every byte of them')
    .argument('[paths...]', 'remote paths (default: all files)')
    .option('--slots', 'every sector of every slot, parity too, against the root that was signed')
    .option(...VOLUME)
    .action((paths: string[], flags: VerifyFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/verify.ts')).verify(context, paths, flags)),
    )
}
