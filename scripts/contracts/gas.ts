import { parseArgs } from 'node:util'
import { buildContracts } from './build.ts'
import { addFileGas } from './gas/add-file.ts'
import { anchorGas } from './gas/anchor.ts'
import { dismissGas } from './gas/dismiss.ts'
import { fullBooks, VOLUMES } from './gas/full-books.ts'
import { proveOnce } from './gas/prove.ts'
import { seedGas } from './gas/seed.ts'
import { settleGas } from './gas/settle.ts'

/**
 * `npm run gas [-- --json]`: what the network's transactions cost, measured in-process through the proxies (Prague rules,
 * calldata included), and for files on a network of processes. A table on stderr; with --json one line of JSON last on stdout. Exits 1 if a ceiling is broken.
 */
type Figure = { name: string; gas: bigint; ceiling?: bigint; note: string }

const { values: flags } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
await buildContracts()
const books = await fullBooks()
const withHistory = books.opened.slice(1)
const mean = withHistory.reduce((sum, gas) => sum + gas, 0n) / BigInt(withHistory.length)
const ascending = (gas: bigint[]) => gas.toSorted((a, b) => (a < b ? -1 : 1))
const sorted = ascending(withHistory)
const median = sorted[Math.floor(sorted.length / 2)] ?? 0n
const worst = sorted.at(-1) ?? 0n
const settle = await settleGas(books)
const proofs = ascending([await proveOnce(books), await proveOnce(books), await proveOnce(books)])
const prove = proofs.at(-1) ?? 0n
const anchor = await anchorGas(books)
const dismiss = await dismissGas(books)
const seed = await seedGas(books.storgo)

const addFile = await addFileGas()

const figures: Figure[] = [
  {
    name: 'addFile',
    gas: addFile,
    ceiling: 0n,
    note: 'what the client paid while 100 files were stored on a network of processes',
  },
  { name: 'proveK20At1000Volumes', gas: prove, ceiling: 1_400_000n, note: 'slots of 16 GiB in full use, 20 clients' },
  { name: 'seed', gas: seed, ceiling: 60_000n, note: 'full bloom filter; once an epoch for the whole network' },
  { name: 'openVolume6', gas: mean, ceiling: 650_000n, note: `mean of openings 2 to ${VOLUMES} at the same providers` },
  { name: 'openVolume6Median', gas: median, note: 'three openings in four' },
  { name: 'openVolume6Worst', gas: worst, note: 'all six books grow nodes on several levels at once' },
  { name: 'settle', gas: settle.again, ceiling: 60_000n, note: 'a slot, not for the first time' },
  { name: 'settleWithRefund', gas: settle.withRefund, note: 'as above, with missed epochs' },
  { name: 'anchorSlot', gas: anchor.one, note: "one slot's floor, by a certificate of five receipts" },
  { name: 'anchor4Slots', gas: anchor.four, note: 'four at once, by the same certificate' },
  { name: 'dismissSlot', gas: dismiss, note: 'settles all six slots of the volume first' },
  { name: 'settleFirst', gas: settle.first, note: 'the first time: also writes the earnings for the first time' },
]
for (const { name, gas, ceiling, note } of figures) {
  const limit = ceiling === undefined ? '' : `of ${ceiling}`
  process.stderr.write(`${name.padEnd(24)}${String(gas).padStart(9)} ${limit.padEnd(12)} ${note}\n`)
  if (ceiling !== undefined && gas > ceiling) {
    process.stderr.write(`${name} breaks its ceiling\n`)
    process.exitCode = 1
  }
}
if (flags.json) {
  process.stdout.write(`${JSON.stringify(Object.fromEntries(figures.map(({ name, gas }) => [name, Number(gas)])))}\n`)
}
