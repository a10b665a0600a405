/** The folder of journal files and snapshots. */
export const JOURNAL_FOLDER = 'journal'

/** The journal file whose first record has that number. */
export function journalPath(sequence: bigint): string {
  return `${JOURNAL_FOLDER}/${hex(sequence)}.log`
}

/** The snapshot of the index once it has taken all records before that number. */
export function snapshotPath(sequence: bigint): string {
  return `${JOURNAL_FOLDER}/${hex(sequence)}.snapshot`
}

/** The numbers of the files of a kind among `names`, rising. */
export function sequencesOf(names: readonly string[], kind: 'log' | 'snapshot'): bigint[] {
  return names
    .flatMap((name) => {
      const found = /^([0-9a-f]{16})\.(log|snapshot)$/.exec(name)
      return found?.[1] !== undefined && found[2] === kind ? [BigInt(`0x${found[1]}`)] : []
    })
    .sort((a, b) => (a < b ? -1 : 1))
}

function hex(sequence: bigint): string {
  return sequence.toString(16).padStart(16, '0')
}
