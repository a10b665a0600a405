import type { Command } from 'commander'
import type { Runner } from '../run-command.ts'

export type ShapeFlags = { size: string; data: string; parity: string; epochs: string }
export type CompactFlags = { release?: true }
export type OpenFlags = ShapeFlags & { maxPrice?: string }

/** `storgo volume quote`, `open`, `ls`, `show`, `history`, `compact`, `dismiss`. */
export function addVolumeCommands(program: Command, run: Runner): void {
  const volume = program.command('volume').description('what is paid for: space at chosen providers')
  withShape(volume.command('quote').description('what a volume would cost at the cheapest providers')).action(
    (flags: ShapeFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/volume-quote.ts')).volumeQuote(context, flags)),
  )
  withShape(volume.command('open').description('open a volume: one transaction, then any number of files'))
    .option('--max-price <stor>', 'most STOR per epoch (default: what is quoted now)')
    .action((flags: OpenFlags, command: Command) =>
      run(command, async (context) => (await import('../commands/volume-open.ts')).volumeOpen(context, flags)),
    )
  volume
    .command('ls')
    .description("the account's volumes")
    .action((_flags: object, command: Command) =>
      run(command, async (context) => (await import('../commands/volume-ls.ts')).volumeLs(context)),
    )
  volume
    .command('show')
    .description('one volume with its slots')
    .argument('[id]', 'volume (default: the only open one)')
    .action((id: string | undefined, _flags: object, command: Command) =>
      run(command, async (context) => (await import('../commands/volume-show.ts')).volumeShow(context, id)),
    )
  volume
    .command('history')
    .description('the states that the slots remember, newest first')
    .argument('[id]', 'volume (default: the only open one)')
    .action((id: string | undefined, _flags: object, command: Command) =>
      run(command, async (context) => (await import('../commands/volume-history.ts')).volumeHistory(context, id)),
    )
  volume
    .command('compact')
    .description('give back the room of what was removed: after the retention time, or with --release at once')
    .argument('[id]', 'volume (default: the only open one)')
    .option('--release', 'let go of what was removed with a signature of your wallet; it cannot be taken back then')
    .action((id: string | undefined, flags: CompactFlags, command: Command) =>
      run(command, async (context) =>
        (await import('../commands/volume-compact.ts')).volumeCompact(context, id, flags),
      ),
    )
  volume
    .command('dismiss')
    .description('give up a slot that goes on refusing; it is vacant from the next epoch on')
    .argument('<id>', 'volume')
    .argument('<slot>', 'number of the slot')
    .action((id: string, slot: string, _flags: object, command: Command) =>
      run(command, async (context) => (await import('../commands/volume-dismiss.ts')).volumeDismiss(context, id, slot)),
    )
}

function withShape(command: Command): Command {
  return command
    .option('--size <bytes>', 'room for data, such as 512MiB or 1GiB', '1GiB')
    .option('--data <k>', 'slots that hold data', '4')
    .option('--parity <m>', 'slots that may be lost', '2')
    .option('--epochs <count>', 'how long to pay for', '1000')
}
