import { z } from 'zod'
import { nodeConfig } from './schema.ts'

/** What a setting's text (a flag or a variable) is read as. */
type SettingKind = 'text' | 'number' | 'list'

/** One leaf of the schema: its path, and the names it goes by outside the file. */
export type Setting = {
  path: readonly string[]
  kind: SettingKind
  /** `chain.rpcUrl` → `chain-rpc-url`. */
  flag: string
  /** `chain.rpcUrl` → `STORGO_CHAIN_RPC_URL`. */
  variable: string
  description: string
}

/** Every setting of the schema; flags, variables and `--help` are all derived from this list. */
export const settings: readonly Setting[] = collect(nodeConfig, [])

function collect(schema: z.ZodType, path: readonly string[]): Setting[] {
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodObject) {
    const shape: Record<string, z.ZodType> = inner.shape
    return Object.entries(shape).flatMap(([name, child]) => collect(child, [...path, name]))
  }
  const words = path.flatMap((name) => name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).split(' '))
  return [
    {
      path,
      kind: inner instanceof z.ZodArray ? 'list' : inner instanceof z.ZodNumber ? 'number' : 'text',
      flag: words.join('-'),
      variable: `STORGO_${words.join('_').toUpperCase()}`,
      description: schema.description ?? '',
    },
  ]
}

function unwrapped(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return unwrapped(schema.unwrap() as z.ZodType)
  return schema
}
