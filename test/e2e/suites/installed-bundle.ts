import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BUNDLE, buildBundle } from '../../../scripts/cli/bundle.ts'
import { REPOSITORY } from '../run-storgo.ts'

/**
 * Builds the bundle and puts it into `folder` as npm would install it: outside of the repository, beside the packages that it
 * names and no others.
 *
 * @returns its program.
 */
export async function installBundle(folder: string): Promise<string> {
  await buildBundle()
  cpSync(BUNDLE, folder, { recursive: true })
  const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(REPOSITORY, 'node_modules', name), link)
  }
  return join(folder, 'storgo.js')
}
