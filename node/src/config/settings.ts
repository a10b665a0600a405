import { z } from 'zod'
import { expectedBy } from './expected-values.ts'
import { nodeConfig } from './schema.ts'

/** What a setting's text (a flag or a variable) is read as. */
type SettingKind = 'text' | 'number' | 'boolean' | 'list'

/** One leaf of the schema: its path, and the names it goes by outside the file. */
export type Setting = {
  /** `chain.rpcUrl`: its name on the command line and in messages. */
  key: string
  path: readonly string[]
  kind: SettingKind
  /** `chain.rpcUrl` → `chain-rpc-url`. */
  flag: string
  /** `chain.rpcUrl` → `STORGO_CHAIN_RPC_URL`. */
  variable: string
  description: string
  /** What it may be, in words: `a whole number from 0 to 65535`. */
  expected: string
  /** Undefined where there is none. */
  defaultValue: unknown
  /** Whether it has to be set. */
  required: boolean
  /** Whether a running node takes a new value; the others need a restart. */
  reload: boolean
  /** Whether `value` may be its value. */
  accepts: (value: unknown) => boolean
}

/** Every setting of the schema; flags, variables, `--help` and the documentation's table are all derived from this list. */
export const settings: readonly Setting[] = collect(nodeConfig, [])

const byKey = new Map(settings.map((setting) => [setting.key, setting]))

export function settingOf(key: string): Setting | undefined {
  return byKey.get(key)
}

function collect(schema: z.ZodType, path: readonly string[]): Setting[] {
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodObject) {
    const shape: Record<string, z.ZodType> = inner.shape
    return Object.entries(shape).flatMap(([name, child]) => collect(child, [...path, name]))
  }
  const words = path.flatMap((name) => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).split(' '))
  const absent = schema.safeParse(undefined)
  return [
    {
      key: path.join('.'),
      path,
      kind: kindOf(inner),
      flag: words.join('-'),
      variable: `STORGO_${words.join('_').toUpperCase()}`,
      description: schema.description ?? '',
      expected: expectedBy(inner),
      defaultValue: absent.data,
      required: !absent.success,
      reload: schema.meta()?.['reload'] === true,
      accepts: (value) => inner.safeParse(value).success,
    },
  ]
}

function kindOf(schema: z.ZodType): SettingKind {
  if (schema instanceof z.ZodArray) return 'list'
  if (schema instanceof z.ZodBoolean) return 'boolean'
  return schema instanceof z.ZodNumber ? 'number' : 'text'
}

function unwrapped(schema: z.ZodType): z.ZodType {
  const isWrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional
  return isWrapped ? unwrapped(schema.unwrap() as z.ZodType) : schema
}
