import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
/** The program of the repository. */
export const BIN = fileURLToPath(new URL('../../cli/bin/storgo.js', import.meta.url))

export type RunOptions = {
  cwd: string
  /** Path of the program, if not the one of the repository. */
  program?: string
  stdin?: Uint8Array
  env?: Readonly<Record<string, string>>
  /** Called with the running process, to signal it. */
  onStart?: (pid: number) => void
}
export type RunResult = { exitCode: number | null; stdout: Buffer; stderr: string; ms: number }

/** Runs `storgo` as a user would, with an empty profile of its own unless `env` says otherwise. */
export function runStorgo(
  args: readonly string[],
  { cwd, program = BIN, stdin, env, onStart }: RunOptions,
): Promise<RunResult> {
  const startedMs = performance.now()
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: '1', STORGO_CLI_FOLDER: `${cwd}/no-profile`, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes))
    child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes))
    child.once('error', reject)
    child.once('close', (exitCode) => {
      const ms = performance.now() - startedMs
      resolve({ exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString(), ms })
    })
    // A command that does not read its stdin may end before all of it is written.
    child.stdin.on('error', () => {})
    child.stdin.end(stdin)
    if (child.pid !== undefined) onStart?.(child.pid)
  })
}
