import packageJson from '../../package.json' with { type: 'json' }
import type { Context } from '../context.ts'

/** What runs: Storgo and the Node.js below it. */
export async function version({ output }: Context): Promise<undefined> {
  const { version: node } = process
  const { platform, arch } = process
  const record = { version: packageJson.version, node: node.slice(1), platform, arch }
  output.data('storgo.version/1', record, `storgo ${record.version} (Node.js ${record.node}, ${platform} ${arch})`)
}
