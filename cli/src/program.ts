import { Command } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { EXIT } from './exit-codes.ts'
import type { Runner } from './run-command.ts'
import { addConfigCommands } from './tree/config-commands.ts'
import { addDevCommands } from './tree/dev-commands.ts'
import { addFileCommands } from './tree/file-commands.ts'
import { addInitCommand } from './tree/init-command.ts'
import { addNetCommands } from './tree/net-commands.ts'
import { addNodeCommands } from './tree/node-commands.ts'
import { addObserveCommands } from './tree/observe-commands.ts'
import { addProofCommands } from './tree/proof-commands.ts'
import { addRecoveryCommands } from './tree/recovery-commands.ts'
import { addShellCommands } from './tree/shell-commands.ts'
import { addStakeCommands } from './tree/stake-commands.ts'
import { addVolumeCommands } from './tree/volume-commands.ts'

/** Where commander's own text goes: help to `out`, complaints about the arguments to `err`. */
export type ProgramOutput = {
  out(text: string): void
  err(text: string): void
  /** Complaints as JSON; asked before the arguments can be parsed. */
  json: boolean
}

/**
 * The whole command tree. Only names, flags and help are here: what a command does is imported when it runs, so that
 * `--help` answers at once. Quantities stay text until then too.
 */
export function createProgram(run: Runner, { out, err, json }: ProgramOutput): Command {
  const program = new Command('storgo')
    .description('Keep files on a network of providers that prove every epoch that they still have them.')
    .version(packageJson.version, '--version', 'which Storgo this is')
    .option('--json', 'data as JSON on stdout, one object per line')
    .option('--quiet', 'no progress and notes on stderr')
    .option('--yes', 'ask nothing')
    .option('--timeout <duration>', 'give up after this long, such as 30s or 5m')
    .option('--no-color', 'no colours')
    .option('--rpc <url>', "the chain's JSON-RPC endpoint (default: that of the local network)")
    .option('--config <file>', 'profile to use (default: the one of `storgo init`, or the local demo account)')
    .option('--password-file <file>', 'file with the password of the wallet key file')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: out,
      writeErr: err,
      outputError: (text, write) => write(json ? complaint(text) : text),
    })
    .showHelpAfterError(json ? false : 'Run with --help for what is possible.')
    .addHelpText('after', EXIT_HELP)
    .exitOverride()
  addInitCommand(program, run)
  addFileCommands(program, run)
  addVolumeCommands(program, run)
  addRecoveryCommands(program, run)
  addNodeCommands(program, run)
  addNetCommands(program, run)
  addConfigCommands(program, run)
  addStakeCommands(program, run)
  addProofCommands(program, run)
  addDevCommands(program, run)
  addObserveCommands(program, run)
  addShellCommands(program, run, createProgram)
  return program
}

const EXIT_HELP = `
Exit codes: 0 ok · 1 failed · 2 usage · 3 not found · 4 key or funds · 5 unhealthy · 6 incomplete or timed out · 130 interrupted`

/** Commander's "error: …" as other failures are reported with `--json`. */
function complaint(text: string): string {
  const message = text.replace(/^error: /u, '').trimEnd()
  const failure = {
    schema: 'storgo.error/1',
    code: 'REQUEST_INVALID',
    message,
    details: {},
    next: 'storgo --help',
    exitCode: EXIT.usage,
  }
  return `${JSON.stringify(failure)}\n`
}
