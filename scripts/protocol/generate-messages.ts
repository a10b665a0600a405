// Generates protocol/src/messages/generated from the schemas and records them as the baseline of the next change;
// `generate-messages.ts --check` fails when either is stale. Both refuse a change that older peers could not read:
// that is a new package (storgo.v2), not a change of this one.
import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PROTOCOL = join(ROOT, 'protocol')
const GENERATED = join(PROTOCOL, 'src/messages/generated')
const BASELINE = join(PROTOCOL, 'proto/baseline.binpb')
const BIN = join(ROOT, 'node_modules/.bin')

/** Runs the schema compiler; what it complains of goes to this program's own output. */
function buf(...args: string[]): void {
  const { PATH: path = '' } = process.env
  execFileSync(process.execPath, [join(ROOT, 'node_modules/@bufbuild/buf/bin/buf'), ...args], {
    cwd: PROTOCOL,
    env: { ...process.env, PATH: `${BIN}${delimiter}${path}` },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 60_000,
  })
}

/** Every file below `folder` by its path within it. */
async function contents(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(await Promise.all(files.map(async (file) => [relative(folder, file), await readFile(file)] as const)))
}

function isSame(a: Map<string, Buffer>, b: Map<string, Buffer>): boolean {
  return a.size === b.size && [...a].every(([path, bytes]) => b.get(path)?.equals(bytes))
}

const fresh = await mkdtemp(join(tmpdir(), 'storgo-messages-'))
try {
  buf('lint')
  buf('breaking', '--against', BASELINE)
  buf('generate', '--output', fresh)
  buf('build', '--exclude-source-info', '--output', join(fresh, 'baseline.binpb'))
  const generated = join(fresh, 'src/messages/generated')
  if (!process.argv.includes('--check')) {
    await rm(GENERATED, { recursive: true, force: true })
    await cp(generated, GENERATED, { recursive: true })
    await cp(join(fresh, 'baseline.binpb'), BASELINE)
  } else if (
    !isSame(await contents(generated), await contents(GENERATED)) ||
    !(await readFile(join(fresh, 'baseline.binpb'))).equals(await readFile(BASELINE))
  ) {
    console.error('protocol/src/messages/generated or the baseline is stale: run scripts/protocol/generate-messages.ts')
    process.exitCode = 1
  }
} catch (error) {
  // The compiler has said what is wrong; its stack says nothing more.
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  await rm(fresh, { recursive: true })
}
