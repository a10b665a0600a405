import { extname } from 'node:path'
import { parse as parseToml, TomlError } from 'smol-toml'
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml'

const CONFIG_FORMATS = ['yaml', 'toml', 'json'] as const
export type ConfigFormat = (typeof CONFIG_FORMATS)[number]

/** A configuration file's content, not checked yet. */
export type ConfigText = {
  content: unknown
  /** The line, from 1, where the key at `path` stands; undefined if the parser does not tell or it is not there. */
  lineOf: (path: readonly string[]) => number | undefined
}

/** Text that is not of its format at all. */
export class ConfigSyntaxError extends Error {
  readonly line: number | undefined

  constructor(message: string, line: number | undefined, options?: ErrorOptions) {
    super(message, options)
    this.line = line
  }
}

/** By the file's extension; undefined for another than `.yaml`, `.yml`, `.toml` and `.json`. */
export function configFormatOf(file: string): ConfigFormat | undefined {
  const extension = extname(file).slice(1).toLowerCase()
  return extension === 'yml' ? 'yaml' : CONFIG_FORMATS.find((format) => format === extension)
}

/** @throws {ConfigSyntaxError} */
export function parseConfigText(text: string, format: ConfigFormat): ConfigText {
  if (format === 'toml') return parsedToml(text)
  if (format === 'json') assertJson(text)
  return parsedYaml(text)
}

function parsedToml(text: string): ConfigText {
  try {
    return { content: parseToml(text), lineOf: () => undefined }
  } catch (error) {
    const message = error instanceof Error ? firstLine(error.message) : String(error)
    throw new ConfigSyntaxError(message, error instanceof TomlError ? error.line : undefined, { cause: error })
  }
}

/** JSON is a subset of YAML, whose parser knows lines and refuses doubled keys; but YAML is no JSON. */
function assertJson(text: string): void {
  try {
    JSON.parse(text)
  } catch (error) {
    const message = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ')
    const line = /\(line (\d+)/.exec(message)?.[1]
    throw new ConfigSyntaxError(message, line === undefined ? undefined : Number(line), { cause: error })
  }
}

function parsedYaml(text: string): ConfigText {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) {
    throw new ConfigSyntaxError(firstLine(problem.message), problem.linePos?.[0].line, { cause: problem })
  }
  return { content: contentOf(document), lineOf: (path) => lineIn(document, lines, path) }
}

function contentOf(document: Document): unknown {
  try {
    // Aliases could expand without bound, so none are allowed.
    return document.toJS({ maxAliasCount: 0 })
  } catch (error) {
    throw new ConfigSyntaxError('aliases (&x, *x) are not allowed', undefined, { cause: error })
  }
}

function lineIn(document: Document, lines: LineCounter, path: readonly string[]): number | undefined {
  let node: unknown = document.contents
  let offset: number | undefined
  for (const name of path) {
    if (!isMap(node)) return undefined
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === name)
    if (pair === undefined || !isScalar(pair.key)) return undefined
    offset = pair.key.range?.[0]
    node = pair.value
  }
  return offset === undefined ? undefined : lines.linePos(offset).line
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? text).replace(/:$/, '')
}
