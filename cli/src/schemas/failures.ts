import { z } from 'zod'
import { decimal, message } from './atoms.ts'

/** What a command that failed says on stderr. */
export const FAILURE_SCHEMAS = {
  'storgo.error/1': z.strictObject({
    code: z
      .string()
      .regex(/^[A-Z][A-Z_]{2,63}$/u)
      .describe('a permanent name; branch on it'),
    message: message.optional(),
    why: message.optional().describe('what lies beneath it'),
    details: z.record(z.string().max(64), z.union([decimal, z.string(), z.number()])).optional(),
    next: message.optional().describe('the command that probably helps'),
    exitCode: z.int().min(1).max(255),
  }),
}
