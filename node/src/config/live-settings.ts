import type { LoadedConfig } from './load-config.ts'
import type { ConfigLayer } from './resolve-config.ts'
import type { NodeConfig } from './schema.ts'
import { type Setting, settings } from './settings.ts'
import { isTree, type Tree } from './settings-in-tree.ts'

/** How asking for the configuration anew ended. */
export type Reload = {
  /** 1 for the first one since the start. */
  number: number
  /** ISO 8601. */
  at: string
  outcome: 'applied' | 'unchanged' | 'refused'
  /** Settings that are in force now and were not before. */
  applied: string[]
  /** Why it was refused; everything is as it was. */
  error?: string
}

/** What a node says of its configuration; holds no values. */
export type ConfigReport = {
  file?: string
  profile?: string
  /** 1 at the start, one more with every change that was applied. */
  generation: number
  /** When that was, ISO 8601. */
  since: string
  /** Settings that will be something else after a restart. */
  restartNeeded: string[]
  lastReload?: Reload
}

/** What a node runs with: every setting's value, and the layer it came from. */
type RunningConfig = ConfigReport & {
  /** See {@link LoadedConfig.profileByFile}. */
  profileByFile: boolean
  settings: Record<string, { value: unknown; layer?: ConfigLayer }>
}

/**
 * The settings of a running node. Those that can be reloaded change while it runs; the others keep what the node was started
 * with, so that nothing sees half of a change.
 */
export class LiveSettings {
  /**
   * Reads like a configuration, and always gives the newest values: hand it (or a part, such as `live.watch`) to whoever reads
   * a setting when it is used. A copied value stays what it was.
   */
  readonly live: NodeConfig
  #loaded: LoadedConfig
  #current: NodeConfig
  readonly #layers = new Map<string, ConfigLayer | undefined>()
  readonly #listeners: (() => void)[] = []
  readonly #reloadListeners: (() => void)[] = []
  #generation = 1
  #since = new Date().toISOString()
  #restartNeeded: string[] = []
  #lastReload: Reload | undefined

  constructor(loaded: LoadedConfig) {
    this.#loaded = loaded
    this.#current = loaded.config
    for (const { key } of settings) this.#layers.set(key, layerOf(loaded, key))
    this.live = liveView(() => this.#current)
  }

  /** Has `listener` called after every change. One that throws has the change taken back, and is called again with what was. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** Has `listener` called after every reload, whatever came of it. It must not throw. */
  onReload(listener: () => void): void {
    this.#reloadListeners.push(listener)
  }

  /**
   * Takes over all settings that can be reloaded, at once; the others are told as needing a restart.
   * @throws what a listener throws; then everything is as it was.
   */
  apply(loaded: LoadedConfig): Reload {
    const next = structuredClone(this.#current)
    const [applied, restartNeeded]: [string[], string[]] = [[], []]
    for (const { key, path, reload } of settings) {
      const value = valueAt(loaded.config, path)
      if (JSON.stringify(value) === JSON.stringify(valueAt(this.#current, path))) continue
      if (reload) place(next, path, value)
      ;(reload ? applied : restartNeeded).push(key)
    }
    if (applied.length > 0) this.#putInForce(next)
    for (const { key } of settings) if (!restartNeeded.includes(key)) this.#layers.set(key, layerOf(loaded, key))
    this.#loaded = loaded
    this.#restartNeeded = restartNeeded
    return this.#ended({ outcome: applied.length > 0 ? 'applied' : 'unchanged', applied })
  }

  /** Keeps everything as it is. @param error what is wrong with what was to be applied. */
  refuse(error: string): Reload {
    return this.#ended({ outcome: 'refused', applied: [], error })
  }

  get report(): ConfigReport {
    const { file, profile } = this.#loaded
    return {
      ...(file !== undefined && { file }),
      ...(profile !== undefined && { profile }),
      generation: this.#generation,
      since: this.#since,
      restartNeeded: this.#restartNeeded,
      ...(this.#lastReload && { lastReload: this.#lastReload }),
    }
  }

  /** Everything that the node runs with; values included, so not for everybody. */
  get running(): RunningConfig {
    const values = settings.map(({ key, path }) => {
      const layer = this.#layers.get(key)
      return [key, { value: valueAt(this.#current, path), ...(layer !== undefined && { layer }) }] as const
    })
    return { ...this.report, profileByFile: this.#loaded.profileByFile, settings: Object.fromEntries(values) }
  }

  #putInForce(next: NodeConfig): void {
    const before = this.#current
    this.#current = next
    try {
      for (const listener of this.#listeners) listener()
    } catch (error) {
      this.#current = before
      for (const listener of this.#listeners) listener()
      throw error
    }
    this.#generation++
    this.#since = new Date().toISOString()
  }

  #ended(how: Omit<Reload, 'number' | 'at'>): Reload {
    const reload = { number: (this.#lastReload?.number ?? 0) + 1, at: new Date().toISOString(), ...how }
    this.#lastReload = reload
    for (const listener of this.#reloadListeners) listener()
    return reload
  }
}

function layerOf({ values }: LoadedConfig, key: string): ConfigLayer | undefined {
  return values.get(key)?.at(-1)?.layer
}

/** An object of the configuration's shape whose leaves are read through `current` each time. */
function liveView(current: () => NodeConfig): NodeConfig {
  const view: Tree = {}
  for (const { path } of settings) {
    let branch = view
    for (const name of path.slice(0, -1)) {
      const below = branch[name]
      const next: Tree = isTree(below) ? below : {}
      branch[name] = next
      branch = next
    }
    Object.defineProperty(branch, path.at(-1) ?? '', { enumerable: true, get: () => valueAt(current(), path) })
  }
  return view as NodeConfig
}

function valueAt(config: object, path: Setting['path']): unknown {
  let value: unknown = config
  for (const name of path) value = isTree(value) ? value[name] : undefined
  return value
}

function place(config: object, path: Setting['path'], value: unknown): void {
  const branch = valueAt(config, path.slice(0, -1))
  if (isTree(branch)) branch[path.at(-1) ?? ''] = value
}
