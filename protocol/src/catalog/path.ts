import { StorgoError } from '../errors.ts'

/** Most bytes of a path in UTF-8. */
export const MAX_PATH_TEXT_BYTES = 4096

/**
 * Checks a file's path in a volume: 1 to 4 096 bytes of UTF-8, components divided by `/`, none of them empty, `.` or
 * `..`, no NUL.
 *
 * @throws {StorgoError} `PATH_INVALID`.
 */
export function assertPath(path: string): void {
  if (!path.isWellFormed()) throw invalid('the path is not Unicode')
  const bytes = new TextEncoder().encode(path).length
  if (bytes < 1 || bytes > MAX_PATH_TEXT_BYTES) {
    throw invalid(`a path has 1 to ${MAX_PATH_TEXT_BYTES} bytes, not ${bytes}`, { bytes })
  }
  if (path.includes('\0')) throw invalid('a path has no NUL', { path })
  for (const component of path.split('/')) {
    if (component === '') throw invalid(`a component of the path ‘${path}’ is empty`, { path })
    if (component === '.' || component === '..')
      throw invalid(`the path ‘${path}’ has the component ${component}`, { path })
  }
}

function invalid(message: string, details: Record<string, string | number> = {}): StorgoError {
  return new StorgoError('PATH_INVALID', message, details)
}
