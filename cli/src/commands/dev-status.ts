import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { describeNetwork } from '../local-network/describe.ts'
import { isAlive, readLocalNetwork } from '../local-network/find.ts'
import { networkFolder } from '../local-network/repository.ts'
import type { DevFolderFlags } from '../tree/dev-commands.ts'

/** Says whether the local network runs: exit code 3 if not, 5 if a provider's process has ended. */
export async function devStatus({ output, cwd }: Context, flags: DevFolderFlags): Promise<ExitCode> {
  const folder = networkFolder(cwd, flags.folder)
  const network = readLocalNetwork(folder)
  if (network === undefined) {
    output.data(
      'storgo.dev.status/1',
      { running: false, folder },
      `No local network runs in ${folder}.\n  next: storgo dev up`,
    )
    return EXIT.notFound
  }
  const ended = network.providers.filter(({ pid }) => !isAlive(pid)).map(({ name }) => name)
  const text = describeNetwork(network) + (ended.length === 0 ? '' : `\n\nEnded: ${ended.join(', ')}`)
  output.data('storgo.dev.status/1', { running: true, folder, ended, ...network }, text)
  return ended.length === 0 ? EXIT.ok : EXIT.unhealthy
}
