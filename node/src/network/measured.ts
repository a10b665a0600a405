import { isStorgoError } from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'
import type { Logger } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'

/** Counts a handler's answers by error code, times them, and logs those that failed. */
export function measured(
  protocol: string,
  handle: RequestHandler,
  { metrics, logger }: { metrics: Metrics; logger: Logger },
): RequestHandler {
  return async (request, context) => {
    const startedMs = performance.now()
    let code = 'OK'
    try {
      return await handle(request, context)
    } catch (error) {
      code = isStorgoError(error) ? error.code : 'INTERNAL'
      const line = { protocol, account: context.account, code, error }
      if (code === 'INTERNAL' || code === 'SECTOR_CORRUPT') logger.error(line, 'request failed')
      else logger.debug(line, 'request refused')
      throw error
    } finally {
      metrics.requests.inc({ protocol, code })
      metrics.requestDuration.observe({ protocol }, (performance.now() - startedMs) / 1000)
    }
  }
}
