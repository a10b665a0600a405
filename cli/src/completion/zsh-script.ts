import type { Candidate } from './completions-at.ts'
import type { TreeRow } from './tree-table.ts'

/** Completion for zsh, with what each command and flag does. */
export function zshScript(rows: readonly TreeRow[]): string {
  const cases = rows.map(
    ({ path, commands, flags, valueFlags, pathFlags }) => `    '${path.join(' ')}')
      commands=(${commands.map(entry).join(' ')})
      flags=(${flags.map(entry).join(' ')})
      valued=(${valueFlags.join(' ')})
      paths=(${pathFlags.join(' ')}) ;;`,
  )
  return `#compdef storgo
# zsh completion of storgo. To use it: source <(storgo completion zsh)
_storgo_at() {
  case "$1" in
${cases.join('\n')}
    *) return 1 ;;
  esac
}

_storgo() {
  local -a commands flags valued paths
  local at='' flag='' word i
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
    fi
  done
  word=$words[CURRENT]
  if [[ -n $flag ]]; then
    (( \${paths[(Ie)$flag]} )) && _files
  elif [[ $word == -* ]]; then
    _describe flag flags
  elif (( $#commands )); then
    _describe command commands
  else
    _files
  fi
}

compdef _storgo storgo
`
}

/** `name:what it does`; a colon in what it does is no end of it. */
function entry({ value, description }: Candidate): string {
  return `'${value.replaceAll(':', '\\:')}:${description.replaceAll("'", "'\\''")}'`
}
