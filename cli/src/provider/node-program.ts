import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The program that is a provider's node: in the bundle beside the parts of this one, in the repository its own package's. */
export function nodeProgram(): string {
  const bundled = fileURLToPath(new URL('./node.js', import.meta.url))
  return existsSync(bundled) ? bundled : fileURLToPath(new URL('./main.ts', import.meta.resolve('@storgo/node')))
}
