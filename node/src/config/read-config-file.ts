import { open } from 'node:fs/promises'
import { StorgoError } from '@storgo/protocol'
import { ConfigSyntaxError, type ConfigText, configFormatOf, parseConfigText } from './config-text.ts'

/** Largest configuration file read. */
const MAX_FILE_BYTES = 1 << 20

export type ConfigFile = ConfigText & { file: string; text: string }

/** @throws {StorgoError} `CONFIG_INVALID` naming the file, and the line where that is known. */
export async function readConfigFile(file: string): Promise<ConfigFile> {
  try {
    return parseConfigFile(file, await readText(file))
  } catch (error) {
    if (error instanceof StorgoError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new StorgoError('CONFIG_INVALID', `Configuration file ${file}: ${reason}`, { file }, { cause: error })
  }
}

/** The same for a text that is not in the file, or not yet. @throws {StorgoError} as {@link readConfigFile}. */
export function parseConfigFile(file: string, text: string): ConfigFile {
  const format = configFormatOf(file)
  if (format === undefined) {
    const message = `Configuration file ${file}: its name has to end in .yaml, .yml, .toml or .json.`
    throw new StorgoError('CONFIG_INVALID', message, { file })
  }
  try {
    return { file, text, ...parseConfigText(text, format) }
  } catch (error) {
    const line = error instanceof ConfigSyntaxError ? error.line : undefined
    const reason = error instanceof Error ? error.message : String(error)
    const place = line === undefined ? file : `${file}, line ${line}`
    const details = { file, ...(line !== undefined && { line }) }
    throw new StorgoError('CONFIG_INVALID', `Configuration file ${place}: ${reason}`, details, { cause: error })
  }
}

async function readText(file: string): Promise<string> {
  await using handle = await open(file, 'r')
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_FILE_BYTES + 1), 0, MAX_FILE_BYTES + 1, 0)
  if (bytesRead > MAX_FILE_BYTES) throw new Error(`larger than ${MAX_FILE_BYTES} bytes`)
  return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, bytesRead))
}
