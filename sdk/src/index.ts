export { answerHello } from './net/answer-hello.ts'
export { createPeer, type Peer, type PeerLimits, type PeerOptions } from './net/create-peer.ts'
export type { Frames } from './net/frame-decoder.ts'
export type { HelloIdentity } from './net/hello.ts'
export { type PeerAddress, peerAddressOf, type RegisteredPeer } from './net/peer-address.ts'
export { operatorOf, peerIdOf } from './net/peer-id.ts'
export { type RequestOptions, request } from './net/request.ts'
export {
  type ReplyContent,
  type RequestContext,
  type RequestHandler,
  type ServeLimits,
  serveRequests,
} from './net/serve-requests.ts'
