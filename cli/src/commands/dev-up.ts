import { StorgoError } from '@storgo/protocol'
import type { Context } from '../context.ts'
import { describeNetwork } from '../local-network/describe.ts'
import { readLocalNetwork } from '../local-network/find.ts'
import { networkFolder, repositoryOfNetwork } from '../local-network/repository.ts'
import { startInBackground } from '../local-network/start-in-background.ts'
import type { DevUpFlags } from '../tree/dev-commands.ts'

/** Starts the local network in the background. */
export async function devUp({ output, cwd, signal }: Context, flags: DevUpFlags): Promise<undefined> {
  const folder = networkFolder(cwd, flags.folder)
  const running = readLocalNetwork(folder)
  if (running !== undefined)
    throw new StorgoError('ALREADY_RUNNING', `a local network runs already in ${folder}`, { folder, pid: running.pid })
  const { root, startScript } = repositoryOfNetwork()
  const onProgress = (text: string): void => output.note(text)
  const { files, persist, fresh } = flags
  const options = [...(files ? [] : ['--no-files']), ...(persist ? ['--persist'] : []), ...(fresh ? ['--fresh'] : [])]
  await startInBackground({ repository: root, startScript, folder, options, onProgress, signal })
  const network = readLocalNetwork(folder)
  if (network === undefined)
    throw new StorgoError('INTERNAL', `the local network in ${folder} ended as soon as it was ready`)
  output.data('storgo.dev.status/1', { running: true, folder, ...network }, describeNetwork(network))
  return undefined
}
