import type { ConfigProblem } from './config-problem.ts'
import { nearestName } from './nearest-name.ts'

/** The sets of settings that one file can hold side by side; chosen by `--profile`, `STORGO_PROFILE` or the file's `profile`. */
export const PROFILES = ['development', 'staging', 'production'] as const
export type ProfileName = (typeof PROFILES)[number]

/**
 * What a profile sets by itself, by setting. Anything in a file, variable or flag wins over it: these only replace defaults
 * that suit a provider somewhere else.
 */
export const PROFILE_DEFAULTS: Readonly<Record<ProfileName, Readonly<Record<string, unknown>>>> = {
  development: { 'log.level': 'debug', 'log.format': 'pretty', 'watch.intervalSeconds': 5, settleEveryEpochs: 1 },
  staging: { 'log.level': 'debug' },
  // Whoever is paid has to be reached, and at the same address after a restart: another one costs a transaction.
  production: { 'p2p.listen': ['/ip4/0.0.0.0/tcp/4760'] },
}

export function isProfileName(name: unknown): name is ProfileName {
  return PROFILES.some((profile) => profile === name)
}

/** That `name` is none of them. */
export function profileProblem(name: string): ConfigProblem {
  const nearest = nearestName(name, PROFILES)
  return {
    setting: 'profile',
    reason: `expected one of ${PROFILES.join(', ')}`,
    ...(nearest !== undefined && { nearest }),
  }
}
