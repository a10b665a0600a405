import type { ConfigProblem } from './config-problem.ts'
import { nearestName } from './nearest-name.ts'
import { settingOf, settings } from './settings.ts'

/** Values by setting, and what is wrong with the rest. */
export type SettingsInTree = { values: Map<string, unknown>; problems: ConfigProblem[] }
export type Tree = { [name: string]: unknown }

type Place = { source: string; lineOf: (path: readonly string[]) => number | undefined; within: readonly string[] }

/** Checks every key of a mapping as a file has it, each by itself. @param place.within where in the file the mapping is. */
export function settingsInTree(tree: Tree, place: Place): SettingsInTree {
  const found: SettingsInTree = { values: new Map(), problems: [] }
  collect(tree, [], place, found)
  return found
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function collect(tree: Tree, path: readonly string[], place: Place, found: SettingsInTree): void {
  for (const [name, value] of Object.entries(tree)) {
    const at = [...path, name]
    const setting = settingOf(at.join('.'))
    if (setting?.accepts(value) === true) found.values.set(setting.key, value)
    else if (setting !== undefined)
      found.problems.push(problemAt(at, place, { reason: `expected ${setting.expected}` }))
    else if (!isGroup(at)) found.problems.push(problemAt(at, place, unknown(at)))
    else if (isTree(value)) collect(value, at, place, found)
    // A group whose lines are all commented out is empty.
    else if (value !== null) found.problems.push(problemAt(at, place, { reason: 'expected settings below it' }))
  }
}

function problemAt(
  path: readonly string[],
  { source, lineOf, within }: Place,
  problem: Pick<ConfigProblem, 'reason' | 'nearest'>,
): ConfigProblem {
  const inFile = [...within, ...path]
  const line = lineOf(inFile)
  return { setting: inFile.join('.'), source, ...(line !== undefined && { line }), ...problem }
}

function unknown(path: readonly string[]): Pick<ConfigProblem, 'reason' | 'nearest'> {
  const nearest = nearestSetting(path)
  return { reason: 'there is no such setting', ...(nearest !== undefined && { nearest }) }
}

/** The setting or group that was probably meant: one beside it, the same name elsewhere, or one of about this path. */
export function nearestSetting(path: readonly string[]): string | undefined {
  const [parents, name] = [path.slice(0, -1), path.at(-1) ?? '']
  const siblings = settings.filter(({ path: other }) => parents.every((parent, depth) => other[depth] === parent))
  const beside = nearestName(
    name,
    siblings.flatMap((setting) => setting.path[parents.length] ?? []),
  )
  if (beside !== undefined) return [...parents, beside].join('.')
  const elsewhere = settings.find((setting) => setting.path.at(-1)?.toLowerCase() === name.toLowerCase())
  return (
    elsewhere?.key ??
    nearestName(
      path.join('.'),
      settings.map(({ key }) => key),
    )
  )
}

function isGroup(path: readonly string[]): boolean {
  return settings.some(
    (setting) => setting.path.length > path.length && path.every((name, at) => setting.path[at] === name),
  )
}
