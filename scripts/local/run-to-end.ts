import { fileURLToPath } from 'node:url'
import { Child } from './child.ts'

export type Task = {
  /** Of a program in this folder, without its ending. */
  name: string
  args?: readonly string[]
  repository: string
  logFile: string
}

/** Runs a program of this folder to its end, or until `resources` are disposed. @throws {Error} if it fails. */
export async function runToEnd(
  { name, args = [], repository, logFile }: Task,
  resources: AsyncDisposableStack,
): Promise<void> {
  const program = fileURLToPath(new URL(`./${name}.ts`, import.meta.url))
  const child = resources.use(new Child({ name, args: [program, ...args], cwd: repository, logFile }))
  const ending = await child.ended
  if (ending !== 'exit code 0') throw new Error(`${name} ended with ${ending}; its log: ${logFile}`)
}
