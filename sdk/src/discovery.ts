/** Apart from the rest, because its packages take time to load and clients do without them. */
export type { FruitlessLookup } from './discovery/address-lookup.ts'
export { type DhtReport, Discovery, type DiscoveryOptions } from './discovery/discovery.ts'
export { loadOptionalParts, type OptionalParts } from './discovery/optional-parts.ts'
export { parseManifest } from './discovery/parse-manifest.ts'
export { Publication } from './discovery/publication.ts'
