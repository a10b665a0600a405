import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { opendir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Row } from './areas.ts'
import { randomBytes, sourceText } from './inputs.ts'

const ROUNDS = 3
const PASSWORD = 'bench'

type Job = { file: string; folder: string }
type Round = { startCpuSeconds: number; cpuSeconds: number; seconds: number; stored: number }
/** `prepare` is not measured; `store` is, from the start of its process to its end. */
type Program = { name: string; prepare: (job: Job) => string[] | undefined; store: (job: Job) => string[] }

const pipeline =
  (way: 'chunks' | 'stripes'): Program['store'] =>
  ({ file, folder }) => [
    process.execPath,
    fileURLToPath(new URL('./store-locally.ts', import.meta.url)),
    way,
    file,
    folder,
  ]

const PROGRAMS: readonly Program[] = [
  { name: 'storgo: chunk, compress, seal, write', prepare: () => undefined, store: pipeline('chunks') },
  { name: 'storgo: with 4+2, all trees, 1.5 times written', prepare: () => undefined, store: pipeline('stripes') },
  {
    name: 'restic',
    prepare: ({ folder }) => ['restic', 'init', '--quiet', '--repo', folder],
    store: ({ file, folder }) => ['restic', 'backup', '--quiet', '--no-cache', '--repo', folder, file],
  },
  {
    name: 'borg, lz4',
    prepare: ({ folder }) => ['borg', 'init', '--encryption', 'repokey', folder],
    store: ({ file, folder }) => ['borg', 'create', '--compression', 'lz4', `${folder}::a`, file],
  },
  {
    name: 'borg, zstd 3',
    prepare: ({ folder }) => ['borg', 'init', '--encryption', 'repokey', folder],
    store: ({ file, folder }) => ['borg', 'create', '--compression', 'zstd,3', `${folder}::a`, file],
  },
]

/** As much text as an installed tree surely has. */
const MOST_TEXT_MEBIBYTES = 192

/**
 * Stores a file of `mebibytes` with each program that this machine has, by turns, each time into a new empty place. What the
 * same program takes for a file of one byte (its start, its key derivation) is shown by itself and taken off.
 */
export async function* measureBackups(mebibytes: number): AsyncGenerator<Row, void, undefined> {
  const root = mkdtempSync(join(tmpdir(), 'storgo-backup-'))
  try {
    for (const [label, bytes] of [
      ['random', randomBytes(mebibytes << 20)],
      ['text', sourceText('node_modules', Math.min(mebibytes, MOST_TEXT_MEBIBYTES) << 20)],
    ] as const) {
      const file = join(root, label)
      writeFileSync(file, bytes)
      yield* measureInput(label, file, root)
    }
  } finally {
    rmSync(root, { recursive: true })
  }
}

async function* measureInput(label: string, file: string, root: string): AsyncGenerator<Row, void, undefined> {
  const { size } = statSync(file)
  const present = PROGRAMS.filter(({ prepare }) => isThere(prepare({ file, folder: root })?.[0]))
  const rounds = new Map<Program, Round[]>()
  for (const program of present) rounds.set(program, [])
  const tiny = join(root, 'tiny')
  writeFileSync(tiny, label.slice(0, 1))
  for (let round = 0; round < ROUNDS; round++) {
    for (const program of present) {
      const start = await storeOnce(program, tiny, join(root, 'place'))
      const whole = await storeOnce(program, file, join(root, 'place'))
      const cpuSeconds = Math.max(0.01, whole.cpuSeconds - start.cpuSeconds)
      rounds.get(program)?.push({ ...whole, cpuSeconds, startCpuSeconds: start.cpuSeconds })
    }
  }
  const own = rounds.get(PROGRAMS[0] as Program) ?? []
  for (const program of PROGRAMS) {
    const measured = rounds.get(program)
    if (measured === undefined) {
      yield { program: `${label}: ${program.name}`, skipped: 'not on this machine' }
      continue
    }
    const cpuSeconds = median(measured.map((one) => one.cpuSeconds))
    yield {
      program: `${label}: ${program.name}`,
      megabytesPerCpuSecond: Math.round(size / cpuSeconds / 1e6),
      cpuOfStorgosFirst: rounded(median(measured.map((one, i) => one.cpuSeconds / (own[i] ?? one).cpuSeconds))),
      startCpuSeconds: rounded(median(measured.map((one) => one.startCpuSeconds))),
      megabytesPerSecond: Math.round(size / median(measured.map((one) => one.seconds)) / 1e6),
      storedPart: rounded(median(measured.map((one) => one.stored)) / size),
    }
  }
}

async function storeOnce({ prepare, store }: Program, file: string, folder: string) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  const job = { file, folder }
  const preparation = prepare(job)
  if (preparation) run(preparation)
  const startedMs = performance.now()
  const cpuSeconds = run(store(job))
  const seconds = (performance.now() - startedMs) / 1_000
  return { cpuSeconds, seconds, stored: await bytesBelow(folder) }
}

/** CPU seconds, user and system, of a process and all its children. */
function run(command: readonly string[]): number {
  // Node tells only what a child of its own used that shares its memory; every shell knows it of all its children.
  const env = {
    ...process.env,
    RESTIC_PASSWORD: PASSWORD,
    BORG_PASSPHRASE: PASSWORD,
    BORG_BASE_DIR: join(tmpdir(), 'storgo-backup-borg'),
    BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
  }
  const { status, stdout, stderr } = spawnSync('sh', ['-c', '"$@" >&2 || exit 1; times', 'sh', ...command], {
    env,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${command.join(' ')} failed: ${stderr}`)
  const spent = stdout.trim().split('\n').at(-1) ?? ''
  const times = [...spent.matchAll(/(\d+)m([\d.]+)s/gu)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  )
  return times.reduce((sum, time) => sum + time, 0)
}

function isThere(program: string | undefined): boolean {
  return program === undefined || spawnSync(program, ['--version']).error === undefined
}

async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0
  for await (const entry of await opendir(folder, { recursive: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size
  }
  return bytes
}

const rounded = (value: number) => Math.round(value * 100) / 100
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
