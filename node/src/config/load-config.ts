import { readFile } from 'node:fs/promises'
import { StorgoError } from '@storgo/protocol'
import { parse as parseYaml } from 'yaml'
import { type NodeConfig, nodeConfig } from './schema.ts'
import { type Setting, settings } from './settings.ts'

/** Largest configuration file read. */
const MAX_FILE_BYTES = 1 << 20
/** Variables of the same prefix that other Storgo programs read; everything else unknown is a typo. */
const OTHER_PROGRAMS = /^STORGO_(CLI|DEV|TEST|BENCH|DEMO)_/

type Tree = { [name: string]: unknown }

export type ConfigSources = {
  /** Path of a YAML or JSON file. */
  file?: string | undefined
  /** Usually `process.env`; only names that start with `STORGO_` are looked at. */
  environment: Readonly<Record<string, string | undefined>>
  /** Flags without their dashes: `chain-rpc-url` → text. */
  flags: Readonly<Record<string, string>>
}

/**
 * Merges flags over variables over the file over defaults, and checks the result.
 *
 * @throws {StorgoError} `CONFIG_INVALID` naming the setting, for an unknown name, a value out of bounds or an unreadable file.
 */
export async function loadConfig({ file, environment, flags }: ConfigSources): Promise<NodeConfig> {
  const tree = file === undefined ? {} : await readTree(file)
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('STORGO_') || text === undefined || OTHER_PROGRAMS.test(name)) continue
    place(tree, settings.find((setting) => setting.variable === name) ?? unknownName(name), text)
  }
  for (const [name, text] of Object.entries(flags)) {
    place(tree, settings.find((setting) => setting.flag === name) ?? unknownName(`--${name}`), text)
  }
  const result = nodeConfig.safeParse(tree)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const path = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].join(
    '.',
  )
  throw new StorgoError('CONFIG_INVALID', `Setting ${path || '(file)'}: ${issue?.message ?? 'not valid'}.`, {
    setting: path,
  })
}

async function readTree(file: string): Promise<Tree> {
  try {
    const text = await readFile(file, 'utf8')
    if (text.length > MAX_FILE_BYTES) throw new Error(`larger than ${MAX_FILE_BYTES} bytes`)
    // JSON is a subset of YAML 1.2. Aliases could expand without bound, so none are allowed.
    const tree: unknown = parseYaml(text, { maxAliasCount: 0 })
    if (tree === null || tree === undefined) return {}
    if (!isTree(tree)) throw new Error('not a mapping of settings')
    return tree
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StorgoError('CONFIG_INVALID', `Configuration file ${file}: ${reason}`, { file }, { cause: error })
  }
}

function place(tree: Tree, setting: Setting, text: string): void {
  let branch = tree
  for (const name of setting.path.slice(0, -1)) {
    const next = branch[name] ?? {}
    if (!isTree(next)) unknownName(setting.path.join('.'))
    branch[name] = next
    branch = next
  }
  branch[setting.path.at(-1) ?? ''] = readText(setting, text)
}

function readText({ kind }: Setting, text: string): unknown {
  if (kind === 'list') return text === '' ? [] : text.split(',').map((part) => part.trim())
  if (kind === 'number' && /^\d+$/.test(text)) return Number(text)
  return text
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unknownName(name: string): never {
  throw new StorgoError('CONFIG_INVALID', `There is no setting ${name}.`, { setting: name })
}
