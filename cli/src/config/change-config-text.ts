import { type ConfigFile, configFormatOf } from '@storgo/node/config'
import { stringify as stringifyToml } from 'smol-toml'
import { type Document, isMap, isNode, parseDocument } from 'yaml'

type Tree = { [name: string]: unknown }

/** A place in a configuration file and what is to be there; undefined: nothing. */
export type ConfigChange = { path: readonly string[]; value: unknown }

/** The file's text with one value changed. YAML keeps its comments and its order; TOML loses comments, and JSON has none. */
export function changeConfigText({ file, text, content }: ConfigFile, change: ConfigChange): string {
  const format = configFormatOf(file)
  if (format === 'yaml') return changedYaml(text, change)
  const tree = structuredClone(isTree(content) ? content : {})
  changeTree(tree, change)
  return format === 'toml' ? `${stringifyToml(tree).trimEnd()}\n` : `${JSON.stringify(tree, null, 2)}\n`
}

/** Whether {@link changeConfigText} would lose comments. A `#` in a text counts as one: better asked once too often. */
export function losesComments({ file, text }: ConfigFile): boolean {
  return configFormatOf(file) === 'toml' && text.includes('#')
}

function changedYaml(text: string, { path, value }: ConfigChange): string {
  const document: Document = parseDocument(text)
  // A key whose lines below are all commented out holds nothing, and would not take anything.
  for (let depth = 0; depth < path.length; depth++) {
    const above = path.slice(0, depth)
    const node = depth === 0 ? document.contents : document.getIn(above, true)
    if (!isNode(node) || isMap(node) || value === undefined) continue
    const group = document.createNode({})
    group.commentBefore = node.commentBefore ?? node.comment ?? null
    if (depth === 0) document.contents = group
    else document.setIn(above, group)
  }
  if (value !== undefined) document.setIn(path, value)
  else if (document.hasIn(path)) {
    document.deleteIn(path)
    for (let depth = path.length - 1; depth > 0; depth--) {
      const above = document.getIn(path.slice(0, depth), true)
      if (isMap(above) && above.items.length === 0) document.deleteIn(path.slice(0, depth))
    }
  }
  if (isMap(document.contents) && document.contents.items.length === 0) document.contents = null
  // As in the file itself: { a: 1 } or {a: 1}.
  return document.toString({ lineWidth: 0, flowCollectionPadding: /[{[] /u.test(text) })
}

function changeTree(tree: Tree, { path, value }: ConfigChange): void {
  const [name = '', ...rest] = path
  if (rest.length > 0) {
    const below = tree[name]
    const branch = isTree(below) ? below : {}
    changeTree(branch, { path: rest, value })
    if (Object.keys(branch).length > 0) tree[name] = branch
    else delete tree[name]
  } else if (value === undefined) delete tree[name]
  else tree[name] = value
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
