import type { Epoch, FreedRun } from '@storgo/protocol'

type Edge = { at: number; answer: number; run: FreedRun | undefined }

/**
 * The stripes that more than half of the slots call free, each with the state that freed it; so no slot alone can have one
 * overwritten before its time, or kept from being reused. Slots that took the state in different epochs outvote each other
 * on the epoch.
 * @param answers one list a slot, each in rising order.
 */
export function agreeOnFreed(answers: readonly (readonly FreedRun[])[]): FreedRun[] {
  const edges: Edge[] = answers.flatMap((runs, answer) =>
    runs.flatMap((run) => [
      { at: run.first, answer, run },
      { at: run.first + run.count, answer, run: undefined },
    ]),
  )
  // Where one run ends and the next begins the end comes first.
  edges.sort((a, b) => a.at - b.at || Number(a.run !== undefined) - Number(b.run !== undefined))
  const open = new Map<number, FreedRun>()
  const agreed: FreedRun[] = []
  for (const [i, { at, answer, run }] of edges.entries()) {
    if (run) open.set(answer, run)
    else open.delete(answer)
    const end = edges[i + 1]?.at ?? at
    const vote = end > at ? majority([...open.values()], answers.length) : undefined
    if (vote) append(agreed, { first: at, count: end - at, ...vote })
  }
  return agreed
}

function majority(runs: readonly FreedRun[], voters: number): { epoch: Epoch; nonce: bigint } | undefined {
  for (const { nonce } of runs) {
    const same = runs.filter((run) => run.nonce === nonce)
    if (2 * same.length <= voters) continue
    const epochs = same.map(({ epoch }) => epoch).sort((a, b) => a - b)
    return { epoch: epochs[epochs.length >> 1] as Epoch, nonce }
  }
  return undefined
}

function append(runs: FreedRun[], run: FreedRun): void {
  const last = runs.at(-1)
  const joins = last && last.first + last.count === run.first && last.nonce === run.nonce && last.epoch === run.epoch
  if (joins) last.count += run.count
  else runs.push(run)
}
