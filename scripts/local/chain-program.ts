import { fileURLToPath } from 'node:url'
import { StorgoError } from '@storgo/protocol'

/** A chain on this machine: how to start it, and what it prints once it listens. */
export type ChainProgram = {
  /** Script and arguments for the Node.js that runs this; port 0 lets the system choose one that is free. */
  args(port: number): string[]
  /** Its group is the address. Asking the port would not do: another chain may answer there. */
  listening: RegExp
}

/** A chain that is gone with its process: a block for every transaction, and one a second besides. */
export function hardhatNode(): ChainProgram {
  const hardhat = fileURLToPath(new URL('cli.js', import.meta.resolve('hardhat')))
  return {
    // Without --hostname it listens on all interfaces wherever it believes to be in a container.
    args: (port) => [hardhat, 'node', '--hostname', '127.0.0.1', '--port', String(port)],
    listening: /JSON-RPC server at http:\/\/(127\.0\.0\.1:\d+)/u,
  }
}

/** Seconds between blocks without a transaction. Every block is kept for good, so that there are fewer of them here. */
const BLOCK_SECONDS = 12
/** As many as Hardhat's node has. */
const ACCOUNTS = 20
const PLATFORM = `${process.platform}-${process.arch}`
/** Package by `process.platform` and `process.arch`, of those that this project's registries have. */
const ANVIL_PACKAGES: Readonly<Record<string, () => string>> = {
  'linux-x64': () => import.meta.resolve('@foundry-rs/anvil-linux-amd64/bin/anvil'),
}

/**
 * A chain whose state can be written to a file and read again: a block for every transaction, and one every 12 s besides.
 *
 * @param stateFile what it begins with; an empty chain without it.
 * @throws {StorgoError} `CONFIG_INVALID` where this platform has no anvil.
 */
export function anvil(stateFile: string | undefined, platform: string = PLATFORM): ChainProgram {
  const program = anvilPath(platform)
  const wrapper = fileURLToPath(new URL('run-anvil.ts', import.meta.url))
  const state = stateFile === undefined ? [] : ['--load-state', stateFile]
  const mining = ['--block-time', String(BLOCK_SECONDS), '--mixed-mining', '--accounts', String(ACCOUNTS)]
  return {
    args: (port) => {
      const where = ['--host', '127.0.0.1', '--port', String(port)]
      return [wrapper, program, ...where, '--chain-id', '31337', '--hardfork', 'prague', ...mining, ...state]
    },
    listening: /Listening on (127\.0\.0\.1:\d+)/u,
  }
}

function anvilPath(platform: string): string {
  try {
    const url = ANVIL_PACKAGES[platform]?.()
    if (url !== undefined) return fileURLToPath(url)
  } catch {
    // Optional packages may have been left out when this project was installed.
  }
  const message = `a network that persists needs the chain anvil, which this project has no package of for ${platform}; \`npm start\` without --persist works here`
  throw new StorgoError('CONFIG_INVALID', message, { platform })
}
