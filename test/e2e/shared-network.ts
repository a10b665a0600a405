import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LOCAL_NETWORK_FOLDER, readLocalNetwork } from '../../cli/src/local-network/find.ts'
import type { LocalNetworkRecord } from '../../cli/src/local-network/record.ts'
import { DocumentedOutput, objectsIn } from './documented-output.ts'
import { type RunOptions, type RunResult, runStorgo } from './run-storgo.ts'

/** A running local network and a working folder in which `storgo` finds it. */
export type SharedNetwork = AsyncDisposable & {
  cwd: string
  record: LocalNetworkRecord
  /** Runs `storgo` in the working folder. */
  storgo(args: readonly string[], options?: Partial<RunOptions>): Promise<RunResult>
  /** As `storgo`, with `--json`: what it printed, one object per line. Fails unless it exits with `exitCode` and prints what docs/ says. */
  json(args: readonly string[], exitCode?: number, options?: Partial<RunOptions>): Promise<Record<string, unknown>[]>
  /** The error that a command reported with `--json`. */
  failure(args: readonly string[], options?: Partial<RunOptions>): Promise<Failure>
  output: DocumentedOutput
}
type Failure = { code: string; message: string; next?: string; exitCode: number | null; ms: number }

/** Starts a network without files in it; about ten seconds. */
export async function startSharedNetwork(): Promise<SharedNetwork> {
  const cwd = mkdtempSync(join(tmpdir(), 'storgo-e2e-'))
  const folder = join(cwd, LOCAL_NETWORK_FOLDER)
  const output = new DocumentedOutput()
  const storgo: SharedNetwork['storgo'] = async (args, options) => {
    const run = await runStorgo(args, { cwd, ...options })
    await output.check(args, run)
    return run
  }
  const stop = async (): Promise<void> => {
    const down = await storgo(['dev', 'down', '--folder', folder])
    assert.equal(down.exitCode, 0, down.stderr)
    rmSync(cwd, { recursive: true, force: true })
  }
  const up = await storgo(['dev', 'up', '--folder', folder, '--no-files', '--json'])
  assert.equal(up.exitCode, 0, up.stderr)
  const record = readLocalNetwork(folder)
  assert.ok(record)
  return {
    cwd,
    record,
    output,
    storgo,
    json: async (args, exitCode = 0, options) => {
      const run = await storgo([...args, '--json'], options)
      assert.equal(run.exitCode, exitCode, run.stderr)
      return objectsIn(run.stdout.toString())
    },
    failure: async (args, options) => {
      const { exitCode, stderr, stdout, ms } = await storgo([...args, '--json'], options)
      assert.equal(stdout.toString(), '', 'a failed command prints no data')
      // Warnings are text; they may come before and after it.
      const error = stderr.split('\n').findLast((line) => line.startsWith('{'))
      const [report = {}] = objectsIn(error ?? stderr)
      output.checkLine(report)
      const { code, message, next } = report
      assert.ok(typeof code === 'string' && typeof message === 'string', stderr)
      return { code, message, exitCode, ms, ...(typeof next === 'string' && { next }) }
    },
    [Symbol.asyncDispose]: stop,
  }
}
