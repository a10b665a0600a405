import type { TreeRow } from './tree-table.ts'

/** What the program is asked for. */
const ASKED = "-a '(__storgo_values)'"

/** Completion for fish, with what each command and flag does. */
export function fishScript(rows: readonly TreeRow[]): string {
  const valued = [...new Set(rows.flatMap(({ valueFlags }) => valueFlags))].join(' ')
  const names = rows.flatMap(({ path }) => (path.length === 0 ? [] : [quoted(path.join(' '))])).join(' ')
  const lines = rows.flatMap(({ path, commands, flags, valueFlags, pathFlags, askedFlags, args }) => {
    const at = `-n ${quoted(`__storgo_is_at ${quoted(path.join(' '))}`)}`
    const below = commands.map(
      ({ value, description }) => `complete -c storgo -f ${at} -a ${value} -d ${quoted(description)}`,
    )
    const own = flags.map(({ value, description }) => {
      const name = value.startsWith('--') ? `-l ${value.slice(2)}` : `-s ${value.slice(1)}`
      const values = askedFlags.includes(value) ? ` ${ASKED}` : ''
      const takes = !valueFlags.includes(value) ? '' : pathFlags.includes(value) ? ' -r' : ` -x${values}`
      return `complete -c storgo ${at} ${name}${takes} -d ${quoted(description)}`
    })
    // Files too only where one of the arguments is a local path: for that the program answers nothing.
    const files = args.includes('local') ? '' : ' -f'
    const values = args.includes('asked') ? [`complete -c storgo${files} ${at} ${ASKED}`] : []
    return [...below, ...own, ...values]
  })
  return `# fish completion of storgo. To use it: storgo completion fish | source
function __storgo_is_at
  set -l at
  set -l skip 0
  for word in (commandline -opc)[2..]
    if test $skip -eq 1
      set skip 0
    else if string match -q -- '-?*' $word
      contains -- $word ${valued}; and set skip 1
    else
      set -l next (string join ' ' $at $word)
      contains -- $next ${names}; and set at $at $word
    end
  end
  test "$at" = "$argv[1]"
end

function __storgo_values
  storgo __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null
end

${lines.join('\n')}
`
}

/** As one word of fish. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
