import { z } from 'zod'

/** What a starting local network tells the `dev up` that started it, over Node's channel between processes. */
export const startMessage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('progress'), text: z.string() }),
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({ kind: z.literal('failed'), message: z.string() }),
])
export type StartMessage = z.infer<typeof startMessage>
