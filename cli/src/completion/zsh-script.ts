import type { Candidate } from './completions-at.ts'
import type { TreeRow } from './tree-table.ts'

/** Completion for zsh, with what each command and flag does. */
export function zshScript(rows: readonly TreeRow[]): string {
  const cases = rows.map(
    ({ path, commands, flags, valueFlags, pathFlags, askedFlags, args, more }) => `    '${path.join(' ')}')
      commands=(${commands.map(entry).join(' ')})
      flags=(${flags.map(entry).join(' ')})
      valued=(${valueFlags.join(' ')})
      paths=(${pathFlags.join(' ')})
      asked=(${askedFlags.join(' ')})
      args=(${args.join(' ')})
      more='${more ? (args.at(-1) ?? '') : ''}' ;;`,
  )
  return `#compdef storgo
# zsh completion of storgo. To use it: source <(storgo completion zsh)
_storgo_at() {
  case "$1" in
${cases.join('\n')}
    *) return 1 ;;
  esac
}

_storgo_ask() {
  local -a values
  values=("\${(@f)$($words[1] __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -S '' -- \${(M)values:#*/}
  compadd -- \${\${values:#*/}:#}
}

_storgo() {
  local -a commands flags valued paths asked args
  local at='' flag='' more='' word i count=1
  _storgo_at ''
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    if [[ -n $flag ]]; then
      flag=''
    elif [[ $word == -?* ]]; then
      (( \${valued[(Ie)$word]} )) && flag=$word
    elif (( \${commands[(I)$word:*]} )); then
      at="\${at:+$at }$word"
      _storgo_at "$at"
    else
      ((count++))
    fi
  done
  word=$words[CURRENT]
  if [[ -n $flag ]]; then
    (( \${paths[(Ie)$flag]} )) && _files
    (( \${asked[(Ie)$flag]} )) && _storgo_ask
  elif [[ $word == -* ]]; then
    _describe flag flags
  elif (( $#commands )); then
    _describe command commands
  else
    case \${args[count]:-$more} in
      local) _files ;;
      asked) _storgo_ask ;;
    esac
  fi
}

compdef _storgo storgo
`
}

/** `name:what it does`; a colon in what it does is no end of it. */
function entry({ value, description }: Candidate): string {
  return `'${value.replaceAll(':', '\\:')}:${description.replaceAll("'", "'\\''")}'`
}
