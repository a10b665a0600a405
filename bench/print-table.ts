import type { Row } from './areas.ts'

const FIRST_COLUMN = 56
const LEAST_COLUMN = 12

/** Prints rows as they come; a row with other columns than the one before begins a new table. */
export function tablePrinter(print: (line: string) => void): (row: Row) => void {
  let columns = ''
  return (row) => {
    const names = Object.keys(row)
    const titles = names.map(inWords)
    if (names.join() !== columns) print(`\n${lineOf(titles, titles)}`)
    columns = names.join()
    print(lineOf(Object.values(row).map(String), titles))
  }
}

function lineOf(cells: readonly string[], titles: readonly string[]): string {
  const padded = cells.map((cell, i) =>
    i === 0 ? cell.padEnd(FIRST_COLUMN) : ` ${cell}`.padStart(Math.max(LEAST_COLUMN, (titles[i]?.length ?? 0) + 2)),
  )
  return `${padded.join('')}\n`
}

/** `megabytesPerCpuSecond` as people read it. */
function inWords(name: string): string {
  return name.replace(/[A-Z]/gu, (letter) => ` ${letter.toLowerCase()}`)
}
