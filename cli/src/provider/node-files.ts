import { join } from 'node:path'

/** Where a provider that `storgo node init` made keeps its things. */
export type NodeFiles = { configFile: string; keyFile: string; passwordFile: string; dataDir: string }

/** The files of the provider in a folder. */
export function nodeFiles(folder: string): NodeFiles {
  return {
    configFile: join(folder, 'node.yaml'),
    keyFile: join(folder, 'operator.json'),
    passwordFile: join(folder, 'operator.password'),
    dataDir: join(folder, 'data'),
  }
}
