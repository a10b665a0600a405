import { z } from 'zod'
import { count, listOf, localPath, message, processId, text } from './atoms.ts'

const key = text.describe('name of the setting, such as log.level')
const layer = z.enum(['default', 'profile default', 'file', 'profile', 'environment', 'flag'])
/** What a setting can be in a file; the node's own schema says what each one is. */
const value = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]).brand<'setting'>()
export type SettingValue = z.infer<typeof value>
const profile = z.enum(['development', 'staging', 'production'])
const given = z.strictObject({ layer, value })
const setting = z.strictObject({
  key,
  description: message,
  expected: message.describe('what it takes, in words'),
  default: value,
  required: z.boolean(),
  reload: z.boolean().describe('whether a running node takes a new value'),
  variable: text,
  flag: text,
  value,
  from: layer.nullable(),
  layers: listOf(given, 6).describe('every value it was given; the last one wins'),
})
const problem = z.strictObject({
  setting: text,
  source: text.optional().describe('file, variable or flag; missing if it is set nowhere'),
  line: z.int().min(1).optional(),
  reason: message,
  nearest: text.optional().describe('the name that was probably meant'),
})

/** Data of `storgo config …`. */
export const CONFIGURATION_SCHEMAS = {
  'storgo.config.get/1': z.strictObject({ key, layer: layer.optional(), value }),
  'storgo.config.set/1': z.strictObject({
    ...{ file: localPath, key, profile: profile.optional(), value },
    reload: z.boolean().describe('whether a running node takes it'),
  }),
  'storgo.config.view/1': z.strictObject({ file: localPath, content: z.unknown().describe('what the file holds') }),
  'storgo.config.effective/1': z.strictObject({
    file: localPath,
    profile: profile.nullable(),
    settings: z.record(text, given),
  }),
  'storgo.config.edit/1': z.strictObject({ file: localPath, changed: z.boolean() }),
  'storgo.config.validate/1': z.strictObject({ file: localPath, valid: z.boolean(), problems: listOf(problem) }),
  'storgo.config.diff/1': z.strictObject({
    ...{ file: localPath, dataDir: localPath },
    differences: listOf(
      z.strictObject({
        ...{ key, running: value, file: value },
        remedy: z.enum(['reload', 'restart', 'set by environment', 'set by flag']),
      }),
    ),
  }),
  'storgo.config.explain/1': setting,
  'storgo.config.explain.all/1': z.strictObject({ settings: listOf(setting) }),
  'storgo.config.reload/1': z.strictObject({
    ...{ dataDir: localPath, pid: processId },
    outcome: z.enum(['applied', 'unchanged']),
    generation: count,
    applied: listOf(key).describe('settings that changed'),
    restartNeeded: listOf(key),
  }),
  'storgo.config.profile/1': z.strictObject({ file: localPath, profile: profile.nullable() }),
  'storgo.config.profiles/1': z.strictObject({
    file: localPath,
    profile: profile.nullable().describe('the one that is used'),
    profiles: listOf(
      z.strictObject({
        name: profile,
        defaults: z.record(text, value).describe('what it changes by itself'),
        inFile: z.record(text, value).describe('what the file says for it'),
      }),
      3,
    ),
  }),
}
