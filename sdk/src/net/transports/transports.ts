import type { Libp2pOptions } from 'libp2p'

export type Transports = NonNullable<Libp2pOptions['transports']>
export type Encrypters = NonNullable<Libp2pOptions['connectionEncrypters']>
