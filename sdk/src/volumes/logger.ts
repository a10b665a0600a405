type LogLine = (fields: Record<string, unknown>, message: string) => void

/** Where the SDK reports facts; pino's shape. Never handed keys, plain bytes or raw peer bytes. */
export type Logger = { debug: LogLine; info: LogLine; warn: LogLine; error: LogLine }

const drop: LogLine = () => {}

/** For callers that pass no logger. */
export const silentLogger: Logger = { debug: drop, info: drop, warn: drop, error: drop }
