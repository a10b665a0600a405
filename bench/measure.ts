/** What one stage cost: medians over rounds that alternate with the baseline on the same bytes. */
export type Measurement = {
  stage: string
  /** Input megabytes (10^6 bytes) per second of CPU time, user and system, of this process. */
  megabytesPerCpuSecond: number
  /** CPU time per byte divided by that of SHA-256 over the same bytes in the same round; the median of the rounds. */
  timesSha256: number
}

const cpuMicroseconds = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return user + system
}

/** CPU microseconds of one run of `work`. */
async function cost(work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  return Math.max(1, cpuMicroseconds(before))
}

const median = (values: number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/**
 * CPU time of `work` and how often that of `baseline` goes into it: medians of rounds in which both take turns, after one
 * that does not count. A ratio taken pair by pair holds although the machine's speed drifts.
 */
export async function compareCost(
  baseline: () => unknown,
  work: () => unknown,
  rounds = 15,
): Promise<{ cpuMicroseconds: number; timesBaseline: number }> {
  await baseline()
  await work()
  const pairs: { baseline: number; work: number }[] = []
  for (let round = 0; round < rounds; round++) pairs.push({ baseline: await cost(baseline), work: await cost(work) })
  return {
    cpuMicroseconds: median(pairs.map((pair) => pair.work)),
    timesBaseline: Math.round(median(pairs.map((pair) => pair.work / pair.baseline)) * 100) / 100,
  }
}

/** Compares `work` over so many bytes with SHA-256 of the same bytes, which `baseline` computes. */
export async function measure(
  stage: string,
  bytes: number,
  baseline: () => unknown,
  work: () => unknown,
): Promise<Measurement> {
  const { cpuMicroseconds, timesBaseline } = await compareCost(baseline, work)
  return { stage, megabytesPerCpuSecond: Math.round(bytes / cpuMicroseconds), timesSha256: timesBaseline }
}
