import { type ErrorCode, isStorgoError } from '@storgo/protocol'
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts'
import { nextStep } from './next-step.ts'
import { type Output, toJson } from './output.ts'
import type { RecordOf } from './schemas/registry.ts'

/** Writes what failed, why, and what to do next to stderr; returns what to exit with. */
export function reportFailure(output: Output, error: unknown): ExitCode {
  const code: ErrorCode = isStorgoError(error) ? error.code : 'INTERNAL'
  const details = isStorgoError(error) ? error.details : {}
  const message = error instanceof Error ? error.message : String(error)
  const why = causeOf(error)
  const next = nextStep(code, details)
  const exitCode = exitCodeOf(code)
  if (output.json) {
    const failure = { code, message, why, details, next, exitCode } satisfies RecordOf<'storgo.error/1'>
    output.failure(toJson({ schema: 'storgo.error/1', ...failure }))
    return exitCode
  }
  output.failure(`${output.paint('red', 'error:')} ${message} ${output.paint('dim', `[${code}]`)}`)
  if (why !== undefined) output.failure(`  why:  ${why}`)
  if (next !== undefined) output.failure(`  next: ${output.paint('bold', next)}`)
  if (code === 'INTERNAL' && error instanceof Error && error.stack !== undefined) output.failure(error.stack)
  return exitCode
}

/** Exit code of a command that was interrupted by a signal, after it has cleaned up. */
export function reportInterruption(output: Output): ExitCode {
  output.failure(
    output.json ? toJson({ schema: 'storgo.error/1', code: 'INTERRUPTED', exitCode: EXIT.interrupted }) : 'interrupted',
  )
  return EXIT.interrupted
}

function causeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.cause === undefined) return undefined
  const text = error.cause instanceof Error ? error.cause.message : String(error.cause)
  // Libraries put whole stacks of advice into a message; its first line says what happened.
  return text.split('\n', 1)[0]
}
