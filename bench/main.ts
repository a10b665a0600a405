import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { AREAS, DEFAULT_AREAS, type Row } from './areas.ts'
import { tablePrinter } from './print-table.ts'

const HELP = `npm run bench [-- AREA …] [--json] [--mebibytes 64] [--gibibytes 1,4] [--files 100000] [--only cubic,get]

${Object.entries(AREAS)
  .map(([name, { what }]) => `  ${name.padEnd(10)}${what}`)
  .join('\n')}

Without an area: ${DEFAULT_AREAS.join(', ')}. With --only network measures some of bbr, cubic, partition; put, get; 'raw sockets' and names of carriers. With --json one line of JSON goes to standard output, the tables to standard error.
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    mebibytes: { type: 'string', default: '64' },
    gibibytes: { type: 'string', default: '1,4' },
    files: { type: 'string', default: '100000' },
    only: { type: 'string', default: '' },
  },
})
const mebibytes = Number(values.mebibytes)
const unknown = positionals.find((area) => !Object.hasOwn(AREAS, area))
if (values.help || unknown !== undefined || !(mebibytes >= 4) || mebibytes % 4 !== 0) {
  if (unknown !== undefined) process.stderr.write(`There is no area ‘${unknown}’.\n`)
  else if (!values.help) process.stderr.write(`--mebibytes must be a multiple of 4, not ${values.mebibytes}.\n`)
  process.stderr.write(HELP)
  process.exit(values.help ? 0 : 2)
}

const out = values.json ? process.stderr : process.stdout
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version }
out.write(`${machine.cpu}, ${machine.cores} cores, Node.js ${machine.node}\n`)
const options = {
  mebibytes,
  gibibytes: values.gibibytes.split(',').filter(Boolean).map(Number),
  files: Number(values.files),
  only: values.only.split(',').filter(Boolean),
}
const results: Record<string, Row[]> = {}
for (const name of positionals.length > 0 ? positionals : DEFAULT_AREAS) {
  const area = AREAS[name]
  if (area === undefined) continue
  out.write(`\n${name}: ${area.what}\n`)
  const print = tablePrinter((line) => out.write(line))
  const rows: Row[] = []
  results[name] = rows
  for await (const row of area.measure(options)) {
    rows.push(row)
    print(row)
  }
}
if (values.json) process.stdout.write(`${JSON.stringify({ machine, mebibytes, results })}\n`)
