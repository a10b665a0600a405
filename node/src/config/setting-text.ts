import type { Setting } from './settings.ts'

/** What a setting's text in a variable, flag or command means; lists are written with commas. Not checked against its bounds. */
export function readSettingText({ kind }: Pick<Setting, 'kind'>, text: string): unknown {
  if (kind === 'list') return text.trim() === '' ? [] : text.split(',').map((part) => part.trim())
  if (kind === 'number' && /^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  if (kind === 'boolean' && /^(true|false)$/.test(text)) return text === 'true'
  return text
}

/** A value as {@link readSettingText} reads it. */
export function writeSettingText(value: unknown): string {
  return Array.isArray(value) ? value.join(',') : String(value ?? '')
}
