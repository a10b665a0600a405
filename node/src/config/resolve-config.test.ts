import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PROFILES } from './profiles.ts'
import { parseConfigFile } from './read-config-file.ts'
import { resolveConfig } from './resolve-config.ts'
import { settingOf } from './settings.ts'

const KEYS = ['log.level', 'capacitySectors', 'http.port', 'disk.probeSeconds']
const VALUES: Record<string, unknown[]> = {
  'log.level': ['debug', 'warn'],
  capacitySectors: [1, 2, 3],
  'http.port': [0, 8080],
  'disk.probeSeconds': [0.5, 9],
}
/** Some settings and values. */
const someSettings = fc.array(
  fc.constantFrom(...KEYS).chain((key) => fc.tuple(fc.constant(key), fc.constantFrom(...(VALUES[key] ?? [])))),
  { maxLength: 4 },
)
const someSections = fc.dictionary(fc.constantFrom(...PROFILES), someSettings)

test('each setting has the value of the highest layer that gives one', () => {
  const aProfile = fc.option(fc.constantFrom(...PROFILES), { nil: undefined })
  const anInput = fc.record({
    base: someSettings,
    sections: someSections,
    env: someSettings,
    flags: someSettings,
    profile: aProfile,
  })
  fc.assert(
    fc.property(anInput, ({ base, sections, env, flags, profile }) => {
      const profiles = Object.fromEntries(Object.entries(sections).map(([name, given]) => [name, asTree(given)]))
      const file = parseConfigFile('node.json', JSON.stringify({ ...asTree(base), profiles }))
      const environment = asTexts(env, 'variable')
      const { values, problems } = resolveConfig({ file, profile, environment, flags: asTexts(flags, 'flag') })
      assert.deepEqual(
        problems.filter(({ source }) => source !== undefined),
        [],
      )
      const section = (profile === undefined ? undefined : sections[profile]) ?? []
      for (const key of KEYS) {
        const given = [flags, env, section, base]
          .map((layer) => new Map(layer).get(key))
          .find((value) => value !== undefined)
        if (given !== undefined) assert.deepEqual(values.get(key)?.at(-1)?.value, given, key)
        else assert.match(values.get(key)?.at(-1)?.layer ?? '', /default$/)
      }
    }),
  )
})

function asTree(given: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const tree: Record<string, unknown> = {}
  for (const [key, value] of given) {
    const [first = '', second] = key.split('.')
    tree[first] = second === undefined ? value : { ...(tree[first] as object), [second]: value }
  }
  return tree
}

function asTexts(given: readonly (readonly [string, unknown])[], by: 'variable' | 'flag'): Record<string, string> {
  return Object.fromEntries(given.map(([key, value]) => [settingOf(key)?.[by] ?? '', String(value)]))
}
