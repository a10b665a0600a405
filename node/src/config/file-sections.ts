import type { ConfigProblem } from './config-problem.ts'
import { isProfileName, type ProfileName, profileProblem } from './profiles.ts'
import type { ConfigFile } from './read-config-file.ts'
import { isTree, settingsInTree, type Tree } from './settings-in-tree.ts'

export type Sections = {
  profile: ProfileName | undefined
  base: ReadonlyMap<string, unknown>
  profiles: ReadonlyMap<string, ReadonlyMap<string, unknown>>
}
export const NOTHING_IN_FILE: Sections = { profile: undefined, base: new Map(), profiles: new Map() }

/** A file holds settings, the `profile` to use unless told otherwise, and settings of each profile below `profiles`. */
export function sectionsOf({ file, content, lineOf }: ConfigFile, problems: ConfigProblem[]): Sections {
  const report = (path: readonly string[], problem: ConfigProblem) => {
    const line = lineOf(path)
    problems.push({ ...problem, source: file, ...(line !== undefined && { line }) })
  }
  if (content === null || content === undefined) return NOTHING_IN_FILE
  if (!isTree(content)) {
    problems.push({ setting: '(file)', source: file, reason: 'expected settings by name' })
    return NOTHING_IN_FILE
  }
  const { profile, profiles: sections, ...own } = content
  const section = (tree: Tree, within: readonly string[]) => {
    const { values, problems: found } = settingsInTree(tree, { source: file, lineOf, within })
    problems.push(...found)
    return values
  }
  const base = section(own, [])
  if (profile !== undefined && !isProfileName(profile)) report(['profile'], profileProblem(String(profile)))
  const profiles = new Map<string, ReadonlyMap<string, unknown>>()
  if (sections !== undefined && sections !== null && !isTree(sections)) {
    report(['profiles'], { setting: 'profiles', reason: 'expected profiles by name' })
  }
  for (const [name, tree] of Object.entries(isTree(sections) ? sections : {})) {
    const within = ['profiles', name]
    if (!isProfileName(name)) report(within, { ...profileProblem(name), setting: within.join('.') })
    else if (isTree(tree)) profiles.set(name, section(tree, within))
    else if (tree !== null) report(within, { setting: within.join('.'), reason: 'expected settings below it' })
  }
  return { profile: isProfileName(profile) ? profile : undefined, base, profiles }
}
