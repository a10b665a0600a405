import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { StorgoError } from '@storgo/protocol'

/** What a `put` stores where: local paths, and a destination as the user wrote it. */
export type PutPlan = { locals: string[]; destination: string | undefined }

/**
 * Splits `put`'s arguments as `cp` does: of several, the last is the destination. Where that could just as well be one
 * more file to store (it exists here, and does not end in `/`) nothing is guessed.
 *
 * @param to The `--to` flag: then every argument is a local path.
 * @param cwd Folder that local paths are relative to.
 * @throws {StorgoError} `REQUEST_INVALID`.
 */
export function planPut(args: readonly string[], to: string | undefined, cwd: string): PutPlan {
  if (to !== undefined || args.length === 1) return { locals: [...args], destination: to }
  const locals = args.slice(0, -1)
  const destination = args.at(-1) ?? ''
  if (!destination.endsWith('/') && existsSync(resolve(cwd, destination)))
    throw ambiguous(`"${destination}" is also a local path: is it one more to store, or the destination?`)
  if (locals.length > 1 && !destination.endsWith('/'))
    throw ambiguous(`several paths need a folder as their destination, with "/" at the end; got "${destination}"`)
  return { locals, destination }
}

/**
 * Remote path of a local file or folder called `name`.
 * No destination: its own name. `folder/`: its own name in that folder (`/` is the root). Anything else: exactly that.
 */
export function remotePathOf(name: string, destination: string | undefined): string {
  if (destination === undefined || destination === '/') return name
  return destination.endsWith('/') ? `${destination}${name}` : destination
}

function ambiguous(message: string): StorgoError {
  return new StorgoError('REQUEST_INVALID', message, { next: 'storgo put <paths…> --to FOLDER/' })
}
