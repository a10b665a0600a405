import { setTimeout as delay } from 'node:timers/promises'
import type { Random } from '../../node/src/fixtures/seeded-random.ts'
import type { AProvider } from '../integration/volumes/a-provider.ts'

/** Most providers that are dead or frozen at a time: m of a 4 + 2 volume. */
const MOST_AWAY = 2
const MOST_PAUSE_MS = 2_500
const MOST_AWAY_MS = 4_000

export type RampageOptions = {
  random: Random
  /** By slot. */
  providers: readonly AProvider[]
  killClient: () => void
  /** How many blows it deals. */
  blows: number
  /** Ends it early. */
  signal: AbortSignal
}

/**
 * Kills (SIGKILL) and freezes (SIGSTOP) providers, which come back some time later, and kills the client, all as `random` says.
 * @returns what it did, once every provider is back.
 */
export async function rampage({ random, providers, killClient, blows, signal }: RampageOptions): Promise<string[]> {
  const did: string[] = []
  const away = new Map<number, Promise<void>>()
  const takeAway = (slot: number, going: Promise<void>) =>
    away.set(
      slot,
      going.finally(() => away.delete(slot)),
    )
  for (let blow = 0; blow < blows; blow++) {
    // Drawn before anything that depends on how fast the machine is.
    const [kind, slot] = [random.below(5), random.below(providers.length)]
    const [pauseMs, awayMs] = [random.below(MOST_PAUSE_MS), random.below(MOST_AWAY_MS)]
    await delay(pauseMs, undefined, { signal }).catch(() => {})
    if (signal.aborted) break
    const provider = providers[slot]
    if (kind === 0) {
      did.push('client killed')
      killClient()
    } else if (provider && !away.has(slot) && away.size < MOST_AWAY) {
      did.push(`slot ${slot} ${kind < 4 ? 'killed' : 'frozen'} for ${awayMs} ms`)
      takeAway(slot, kind < 4 ? killFor(provider, awayMs) : freezeFor(provider, awayMs))
    }
  }
  await Promise.all(away.values())
  return did
}

async function killFor(provider: AProvider, ms: number): Promise<void> {
  await provider.kill()
  await delay(ms)
  await provider.start()
}

async function freezeFor(provider: AProvider, ms: number): Promise<void> {
  provider.signal('SIGSTOP')
  await delay(ms)
  provider.signal('SIGCONT')
}
