import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { measureDurable } from './durable.ts'
import { randomBytes, sourceText } from './inputs.ts'
import type { Measurement } from './measure.ts'
import { measurePipeline } from './pipeline.ts'

/**
 * `npm run bench [-- --json] [--megabytes N]`: CPU cost per byte of every stage, as ratios measured side by side.
 * `npm run bench -- durable [--gibibytes 1,4] [--files 100000]`: memory of clients and providers, small files and listing.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    megabytes: { type: 'string', default: '64' },
    gibibytes: { type: 'string', default: '1,4' },
    files: { type: 'string', default: '100000' },
  },
})
if (positionals[0] === 'durable') {
  const gibibytes = values.gibibytes.split(',').filter(Boolean).map(Number)
  for await (const measured of measureDurable({ gibibytes, files: Number(values.files) })) {
    process.stdout.write(`${JSON.stringify(measured)}\n`)
  }
  process.exit()
}
const size = Number(values.megabytes) << 20
if (!(size >= 4 << 20) || size % (4 << 20) !== 0) {
  process.stderr.write(`--megabytes must be a multiple of 4, not ${values.megabytes}\n`)
  process.exit(2)
}

const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version }
process.stderr.write(
  `${machine.cpu}, ${machine.cores} cores, Node.js ${machine.node}, ${values.megabytes} MiB of each input\n`,
)

const results: Measurement[] = []
for (const [label, input] of [
  ['random', randomBytes(size)],
  ['text', sourceText('node_modules', size)],
] as const) {
  process.stderr.write(`\n${'stage'.padEnd(48)}${'MB per CPU-s'.padStart(14)}${'× SHA-256'.padStart(12)}\n`)
  for (const result of await measurePipeline(label, input)) {
    results.push(result)
    process.stderr.write(
      `${result.stage.padEnd(48)}${String(result.megabytesPerCpuSecond).padStart(14)}${result.timesSha256.toFixed(2).padStart(12)}\n`,
    )
  }
}
if (values.json) process.stdout.write(`${JSON.stringify({ machine, bytes: size, results })}\n`)
