import { z } from 'zod'

/**
 * What a setting's schema accepts, in words that fit after "expected": `a whole number from 0 to 65535`. A pattern of the schema
 * has a message for this that begins with "not".
 */
export function expectedBy(schema: z.ZodType): string {
  const { type, enum: choices, ...bounds } = z.toJSONSchema(schema, { unrepresentable: 'any' })
  if (choices !== undefined) return `one of ${choices.join(', ')}`
  if (type === 'integer') return `a whole number ${range(bounds.minimum, bounds.maximum)}`
  if (type === 'number') return `a number ${range(bounds.minimum, bounds.maximum)}`
  if (type === 'boolean') return 'true or false'
  if (schema instanceof z.ZodArray) {
    return `a list, ${range(bounds.minItems ?? 0, bounds.maxItems)} long, of texts that are each ${expectedBy(schema.element as z.ZodType)}`
  }
  if (bounds.format === 'uri') return 'a URL (http or https)'
  return ownWords(schema) ?? (bounds.minLength === undefined ? 'a text' : 'a text that is not empty')
}

function range(least: number | undefined, most: number | undefined): string {
  return `from ${least ?? 'any'} to ${most ?? 'any'}`
}

function ownWords(schema: z.ZodType): string | undefined {
  // No pattern of ours takes it.
  const message = schema.safeParse('\0').error?.issues[0]?.message
  return message?.startsWith('not ') === true ? message.slice('not '.length) : undefined
}
