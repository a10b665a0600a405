import { z } from 'zod'

/** What a setting's schema accepts, in words that fit after "expected": `a whole number from 0 to 65535`. */
export function expectedBy(schema: z.ZodType): string {
  return inWords(z.toJSONSchema(schema, { unrepresentable: 'any' }))
}

function inWords(schema: z.core.JSONSchema.BaseSchema): string {
  const { type, enum: choices, format } = schema
  if (choices !== undefined) return `one of ${choices.join(', ')}`
  if (type === 'integer') return `a whole number${range(schema.minimum, schema.maximum)}`
  if (type === 'number') return `a number${range(schema.minimum, schema.maximum)}`
  if (type === 'boolean') return 'true or false'
  if (type === 'array') return `a list${range(schema.minItems, schema.maxItems)} of ${itemsOf(schema.items)}`
  if (format === 'uri') return 'a URL (http or https)'
  if (schema.pattern?.startsWith('^\\/') === true) return 'a multiaddr'
  return schema.minLength === 1 ? 'a text that is not empty' : 'a text'
}

function range(least: number | undefined, most: number | undefined): string {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`
  if (most !== undefined) return ` up to ${most}`
  return least === undefined ? '' : ` from ${least} on`
}

function itemsOf(items: z.core.JSONSchema.BaseSchema['items']): string {
  if (typeof items !== 'object' || Array.isArray(items)) return 'values'
  const words = inWords(items)
  return words === 'a multiaddr' ? 'multiaddrs' : `values that are each ${words}`
}
