import { type RunOptions, runStorgo } from '../e2e/run-storgo.ts'

/** What `storgo put` said it has stored, the error that it named, or neither when it was killed. */
export type PutOutcome = { exitCode: number | null; ms: number } & (
  | { kind: 'stored'; full: boolean; nonce: bigint }
  | { kind: 'failed'; code: string; message: string }
  | { kind: 'killed' }
)

/** Runs `storgo put` in a process of its own. @param args of it, `--json` aside. */
export async function putByCommand(args: readonly string[], options: RunOptions): Promise<PutOutcome> {
  const { exitCode, stdout, stderr, ms } = await runStorgo(['put', ...args, '--json'], options)
  for (const line of stdout.toString().split('\n')) {
    // One that was killed may have written a part of a line.
    if (!line.startsWith('{') || !line.endsWith('}')) continue
    const { schema, full, nonce }: Record<string, unknown> = JSON.parse(line)
    if (schema !== 'storgo.put/1') continue
    return { kind: 'stored', exitCode, ms, full: full === true, nonce: BigInt(String(nonce)) }
  }
  if (exitCode === null) return { kind: 'killed', exitCode, ms }
  const { code, message }: Record<string, unknown> = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '{}')
  return { kind: 'failed', exitCode, ms, code: String(code), message: String(message) }
}
