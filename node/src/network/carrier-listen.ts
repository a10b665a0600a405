import type { NodeConfig } from '../config/schema.ts'

/** Where to take native carriers: as set, or else at any free port of the first address listened on; none if set to nothing. */
export function carrierListenOf({ listen, carrierListen }: Pick<NodeConfig['p2p'], 'listen' | 'carrierListen'>) {
  if (carrierListen !== 'auto') return carrierListen === '' ? {} : { carrierListen }
  const address = listen.map((text) => /^\/ip[46]\/[^/]+/.exec(text)?.[0]).find((found) => found !== undefined)
  return address === undefined ? {} : { carrierListen: `${address}/tcp/0` }
}
