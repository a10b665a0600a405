import { writeFile } from 'node:fs/promises'
import type { NodeFiles } from './node-files.ts'

export type NodeSettings = { rpcUrl: string; deploymentFile: string; capacitySectors: number }

/** Writes a provider's configuration for a person to edit; what is left out has a default. Never overwrites. */
export async function writeNodeConfig(
  files: NodeFiles,
  { rpcUrl, deploymentFile, capacitySectors }: NodeSettings,
): Promise<void> {
  const { configFile, dataDir, keyFile, passwordFile } = files
  // JSON strings are YAML strings, whatever is in a path.
  const text = `# Settings of this provider; \`storgo config explain\` lists all of them.
dataDir: ${JSON.stringify(dataDir)}
chain:
  rpcUrl: ${JSON.stringify(rpcUrl)}
  deploymentFile: ${JSON.stringify(deploymentFile)}
operator:
  keyFile: ${JSON.stringify(keyFile)}
  passwordFile: ${JSON.stringify(passwordFile)}
# Sectors of 1 MiB.
capacitySectors: ${capacitySectors}
log:
  format: pretty
`
  await writeFile(configFile, text, { flag: 'wx', mode: 0o600 })
}
