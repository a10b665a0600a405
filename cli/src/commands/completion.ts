import { StorgoError } from '@storgo/protocol'
import type { Command } from 'commander'
import { bashScript } from '../completion/bash-script.ts'
import { fishScript } from '../completion/fish-script.ts'
import { treeTable } from '../completion/tree-table.ts'
import { zshScript } from '../completion/zsh-script.ts'
import type { Context } from '../context.ts'

const SCRIPTS = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
] as const)

/** Prints a script that completes commands and flags in a shell. @param program the whole tree. */
export async function completion({ output }: Context, program: Command, shell: string): Promise<undefined> {
  for (const [name, scriptOf] of SCRIPTS) {
    if (name !== shell) continue
    const script = scriptOf(treeTable(program))
    output.data('storgo.completion/1', { shell: name, script }, script.trimEnd())
    return
  }
  throw new StorgoError('REQUEST_INVALID', `"${shell}" is not one of ${[...SCRIPTS.keys()].join(', ')}`, {
    next: 'storgo completion bash',
  })
}
