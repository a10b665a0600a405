import type { TreeRow } from './tree-table.ts'

/**
 * Completion for bash: commands and flags are in the script itself, so that no process is started at a Tab. Local paths are left to
 * bash; for volumes, remote paths and other names the program is asked, which answers within a second.
 */
export function bashScript(rows: readonly TreeRow[]): string {
  const cases = rows.map(({ path, commands, flags, valueFlags, pathFlags, askedFlags, args, more }) => {
    const names = (all: readonly { value: string }[]) => all.map(({ value }) => value).join(' ')
    return `    '${path.join(' ')}')
      commands='${names(commands)}'
      flags='${names(flags)}'
      valued=' ${valueFlags.join(' ')} '
      paths=' ${pathFlags.join(' ')} '
      asked=' ${askedFlags.join(' ')} '
      args=(${args.join(' ')})
      more='${more ? (args.at(-1) ?? '') : ''}' ;;`
  })
  return `# bash completion of storgo. To use it: source <(storgo completion bash)
_storgo_at() {
  case "$1" in
${cases.join('\n')}
    *) return 1 ;;
  esac
}

_storgo_ask() {
  mapfile -t COMPREPLY < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == */ ]]; then compopt -o nospace 2>/dev/null || true; fi
}

_storgo() {
  local commands flags valued paths asked args more at='' flag='' word kind count=0 i
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
    else
      count=$((count + 1))
    fi
  done
  word=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  if [[ -n $flag ]]; then
    if [[ $paths == *" $flag "* ]]; then mapfile -t COMPREPLY < <(compgen -f -- "$word"); fi
    if [[ $asked == *" $flag "* ]]; then _storgo_ask; fi
  elif [[ $word == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
  elif [[ -n $commands ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
  else
    kind=\${args[count]:-$more}
    if [[ $kind == local ]]; then mapfile -t COMPREPLY < <(compgen -f -- "$word"); fi
    if [[ $kind == asked ]]; then _storgo_ask; fi
  fi
}

complete -o filenames -F _storgo storgo
`
}
