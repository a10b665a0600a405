import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Packages with native code, WebAssembly or threads of their own: npm installs them beside the bundle. */
const OUTSIDE = [
  '@chainsafe/as-chacha20poly1305',
  '@chainsafe/as-sha256',
  '@chainsafe/libp2p-quic',
  'classic-level',
  'pino',
] as const
/** As those; where a machine has no build of it the bundle does without. */
const OUTSIDE_IF_THERE = ['@chainsafe/hashtree'] as const

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Where the bundle goes. It is a package of its own, which needs nothing else of the repository. */
export const BUNDLE = join(ROOT, 'cli/dist')

/**
 * Makes plain JavaScript of the command line and the node: `storgo.js` and `node.js`, and beside them parts that they load
 * when a command needs them.
 */
export async function buildBundle(): Promise<void> {
  rmSync(BUNDLE, { recursive: true, force: true })
  await build({
    absWorkingDir: ROOT,
    entryPoints: { storgo: 'cli/bin/storgo.js', node: 'node/src/main.ts' },
    outdir: BUNDLE,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    external: [...OUTSIDE, ...OUTSIDE_IF_THERE],
    // CommonJS packages in the bundle ask for Node's own modules in their way.
    banner: {
      js: "import{createRequire as storgoRequire}from'node:module';const require=storgoRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
  cpSync(join(ROOT, 'LICENSE'), join(BUNDLE, 'LICENSE'))
  writeFileSync(join(BUNDLE, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
}

function manifest(): object {
  const { name, version, license, description } = packageOf(join(ROOT, 'cli'))
  return {
    ...{ name, version, description, license },
    type: 'module',
    engines: { node: '>=24' },
    bin: { storgo: 'storgo.js' },
    dependencies: versionsOf(OUTSIDE),
    optionalDependencies: versionsOf(OUTSIDE_IF_THERE),
  }
}

function versionsOf(names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, packageOf(join(ROOT, 'node_modules', name))['version']]))
}

function packageOf(folder: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}
