import { PROFILES, settings } from '@storgo/node/config'
import type { ValueKind } from '../completion/completions-at.ts'
import type { Context } from '../context.ts'
import { findLocalNetwork } from '../local-network/find.ts'
import { LEVELS } from '../logs/log-line.ts'

/** Values that are known without asking a chain or a provider. @throws {StorgoError} `NETWORK_NOT_FOUND`. */
export function localValues(
  kind: Exclude<ValueKind, 'volume' | 'remote path' | 'local path'>,
  { cwd }: Context,
): string[] {
  const providers = () => findLocalNetwork(cwd).providers
  switch (kind) {
    case 'provider':
      return providers().map(({ name }) => name)
    case 'operator':
      return providers().map(({ operator }) => operator)
    case 'log':
      return [...providers().map(({ name }) => name), 'chain', 'network']
    case 'level':
      return [...LEVELS]
    case 'setting':
      return settings.map(({ key }) => key)
    case 'profile':
      return [...PROFILES]
    case 'shell':
      return ['bash', 'zsh', 'fish']
  }
}
