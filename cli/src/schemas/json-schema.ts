import { z } from 'zod'
import { SCHEMAS, type SchemaName } from './registry.ts'

/** Every record's schema, by name. */
export const SCHEMA_NAMES = Object.keys(SCHEMAS) as SchemaName[]

/** The JSON Schema (draft 2020-12) of a line that a command prints with `--json`. */
export function jsonSchemaOf(name: SchemaName): object {
  const { $schema, ...rest } = z.toJSONSchema(lineSchemaOf(name))
  return { $schema, title: name, ...rest }
}

/** Where the JSON Schema of a record is, below docs/. */
export function schemaFileOf(name: SchemaName): string {
  return `schemas/${name.replace('/', '-')}.json`
}

/** Of a line that a command prints with `--json`: the record, which begins with the name of its schema. */
export function lineSchemaOf(name: SchemaName): z.ZodType {
  return named(name, SCHEMAS[name])
}

function named(name: SchemaName, schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodUnion) return z.union(schema.options.map((option) => named(name, option as z.ZodType)))
  if (schema instanceof z.ZodObject) return z.strictObject({ schema: z.literal(name), ...schema.shape })
  throw new TypeError(`${name} is neither an object nor one of several`)
}
