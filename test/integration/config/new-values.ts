import assert from 'node:assert/strict'
import type { Setting } from '../../../node/src/config/settings.ts'

/** What settings that can be reloaded are changed to; other numbers are raised, and choices of true or false turned. */
const NEW_VALUES: Readonly<Record<string, unknown>> = {
  'chain.maxFeeGwei': 400,
  'p2p.twinCheckSeconds': 2,
  'p2p.maxConnections': 40,
  'p2p.maxConnectionsPerPeer': 6,
  capacitySectors: 48,
  stagingSectors: 16,
  'watch.intervalSeconds': 2,
  'watch.scrubDays': 30,
  'neighbours.maxAnchorsPerEpoch': 2,
  'disk.probeSeconds': 1,
  'disk.unreadableSeconds': 100,
  'disk.keyDays': 3_650,
  settleEveryEpochs: 2,
  'log.level': 'debug',
  'log.format': 'pretty',
}

/** A value that the setting takes and does not have by default. @param known values of this run. */
export function newValueOf({ key, defaultValue, accepts }: Setting, known: Readonly<Record<string, unknown>>): unknown {
  const guess = typeof defaultValue === 'number' ? defaultValue + 1 : defaultValue === false
  const value = known[key] ?? NEW_VALUES[key] ?? guess
  assert.ok(accepts(value) && value !== defaultValue, `${key} needs a new value in this test`)
  return value
}
