import type { z } from 'zod'
import { statusReport } from './status-report.ts'

const PROBE_TIMEOUT_MS = 3_000
const MAX_STATUS_BYTES = 1 << 22

/** A provider's answers; `status` only if it gave one. Never throws: silence is an answer too. */
export type NodeProbe = { healthy: boolean; ready: boolean; status?: z.infer<typeof statusReport> }

/** Asks a provider over HTTP whether it is alive and ready, and what it holds. */
export async function probeNode(httpUrl: string, signal: AbortSignal): Promise<NodeProbe> {
  const [health, readiness, report] = await Promise.allSettled(
    ['/healthz', '/readyz', '/status'].map((path) =>
      fetch(new URL(path, httpUrl), { signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]) }),
    ),
  )
  const answer = { healthy: isOk(health), ready: isOk(readiness) }
  if (report?.status !== 'fulfilled' || !report.value.ok) return answer
  const text = await report.value.text().catch(() => '')
  if (text.length > MAX_STATUS_BYTES) return answer
  const parsed = statusReport.safeParse(jsonOf(text))
  return parsed.success ? { ...answer, status: parsed.data } : answer
}

function isOk(result: PromiseSettledResult<Response> | undefined): boolean {
  return result?.status === 'fulfilled' && result.value.ok
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
