import { readFile } from 'node:fs/promises'

/** The most memory in bytes that a running process has had so far, as Linux counts it. */
export async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const kibibytes = /^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1]
  if (kibibytes === undefined) throw new Error(`the system does not say how much memory process ${pid} had`)
  return Number(kibibytes) * 1024
}
