import type { TreeRow } from './tree-table.ts'

/**
 * Completion for bash: commands and flags are in the script itself, so that no process is started at a Tab. Words that are no
 * command are left to bash's own completion of files.
 */
export function bashScript(rows: readonly TreeRow[]): string {
  const cases = rows.map(({ path, commands, flags, valueFlags, pathFlags }) => {
    const names = (all: readonly { value: string }[]) => all.map(({ value }) => value).join(' ')
    return `    '${path.join(' ')}')
      commands='${names(commands)}'
      flags='${names(flags)}'
      valued=' ${valueFlags.join(' ')} '
      paths=' ${pathFlags.join(' ')} ' ;;`
  })
  return `# bash completion of storgo. To use it: source <(storgo completion bash)
_storgo_at() {
  case "$1" in
${cases.join('\n')}
    *) return 1 ;;
  esac
}

_storgo() {
  local commands flags valued paths at='' flag='' word i
  _storgo_at ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ -n $flag ]]; then
      flag=''
    elif [[ $word == -?* ]]; then
      if [[ $valued == *" $word "* ]]; then flag=$word; fi
    elif [[ " $commands " == *" $word "* ]]; then
      at="\${at:+$at }$word"
      _storgo_at "$at"
    fi
  done
  word=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  if [[ -n $flag ]]; then
    if [[ $paths == *" $flag "* ]]; then mapfile -t COMPREPLY < <(compgen -f -- "$word"); fi
  elif [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
  elif [[ -n $commands ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}

complete -o filenames -F _storgo storgo
`
}
