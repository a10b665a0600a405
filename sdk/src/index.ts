export { countStrayTransactions } from './chain/account-nonces.ts'
export { addStake } from './chain/add-stake.ts'
export { type AnchorOptions, anchor } from './chain/anchor.ts'
export { isContractError, onChain } from './chain/chain-error.ts'
export { closeVolume } from './chain/close-volume.ts'
export { type Chain, type ChainOptions, connectChain } from './chain/connect-chain.ts'
export { type Deployment, parseDeployment } from './chain/deployment.ts'
export { dismissSlot } from './chain/dismiss-slot.ts'
export { expireVolume } from './chain/expire-volume.ts'
export { hasProven } from './chain/has-proven.ts'
export { isProvider } from './chain/is-provider.ts'
export { listProofs, type ProvenEpoch } from './chain/list-proofs.ts'
export { listProvenStates } from './chain/list-proven-states.ts'
export { listProviders } from './chain/list-providers.ts'
export { listSettlements, type Settlement } from './chain/list-settlements.ts'
export { listVolumes } from './chain/list-volumes.ts'
export { type OpenVolumeOptions, openVolume } from './chain/open-volume.ts'
export type { ProvenState } from './chain/proven-states.ts'
export { quoteVolume } from './chain/quote-volume.ts'
export { type Balance, readBalance } from './chain/read-balance.ts'
export { type BookEntry, readBook } from './chain/read-book.ts'
export { readEarnings } from './chain/read-earnings.ts'
export { type EpochStatus, readEpoch } from './chain/read-epoch.ts'
export { type Floor, readFloors } from './chain/read-floors.ts'
export { type ParameterName, readParameter } from './chain/read-parameter.ts'
export { type Provider, readProvider } from './chain/read-provider.ts'
export { readSeed } from './chain/read-seed.ts'
export { readSessionKey, type SessionKey } from './chain/read-session-key.ts'
export { readSlots, type Slot } from './chain/read-slots.ts'
export { readStatesUsed } from './chain/read-states-used.ts'
export { readVolume, type Volume } from './chain/read-volume.ts'
export { type RegisterOptions, registerProvider } from './chain/register-provider.ts'
export { type ResizeOptions, resizeVolume } from './chain/resize-volume.ts'
export type { SendOptions } from './chain/send.ts'
export type { Sent } from './chain/sent.ts'
export { setAddresses } from './chain/set-addresses.ts'
export { type Ask, setAsk } from './chain/set-ask.ts'
export { setSessionKey } from './chain/set-session-key.ts'
export { settleSlots, settleVolumes, type VolumeSlots } from './chain/settle-slots.ts'
export { startUnbonding } from './chain/start-unbonding.ts'
export { storeSeed } from './chain/store-seed.ts'
export { type Proof, submitProof } from './chain/submit-proof.ts'
export { type TopUpOptions, topUpVolume } from './chain/top-up-volume.ts'
export { type BlockWatcher, type SeenBlock, watchBlocks } from './chain/watch-blocks.ts'
export { withdrawCredit } from './chain/withdraw-credit.ts'
export { withdrawEarnings } from './chain/withdraw-earnings.ts'
export { withdrawStake } from './chain/withdraw-stake.ts'
export { findMovedPeer } from './discovery/find-moved-peer.ts'
export { parsePeer } from './discovery/parse-peer.ts'
export { afterFault, afterRequest, expectedMs, newPeerRecord, type PeerRecord } from './discovery/peer-record.ts'
export { answerHello } from './net/answer-hello.ts'
export type { ReplyContent, ServeLimits } from './net/answering.ts'
export { connectionTo } from './net/connection-to.ts'
export {
  createPeer,
  type FindPeer,
  type Peer,
  type PeerExtension,
  type PeerLimits,
  type PeerOptions,
} from './net/create-peer.ts'
export type { Frames } from './net/frame-decoder.ts'
export type { HelloIdentity } from './net/hello.ts'
export { type PeerAddress, peerAddressOf, type RegisteredPeer } from './net/peer-address.ts'
export { type Exchanged, OFFENCES, type Offence, type PeerGuard } from './net/peer-guard.ts'
export { operatorOf, peerIdOf } from './net/peer-id.ts'
export { type RequestOptions, request } from './net/request.ts'
export { type RequestContext, type RequestHandler, serveRequests } from './net/serve-requests.ts'
export { type Recovered, recoverFromWallet } from './recovery/recover-from-wallet.ts'
export { formatRecoveryCard, parseRecoveryCard, type RecoveryCard } from './recovery/recovery-card.ts'
export { AnswerChecker, type CheckedVolume } from './volumes/check-answer.ts'
export { connectStorgo, type StorgoOptions } from './volumes/connect-storgo.ts'
export type {
  FileInfo,
  FileSource,
  GetOptions,
  ListOptions,
  PutOptions,
  PutPhase,
  PutProgress,
  PutResult,
  RemoveResult,
  VolumeClient,
} from './volumes/file-source.ts'
export { linkToSlot } from './volumes/link-to-slot.ts'
export type { Logger } from './volumes/logger.ts'
export { createMasterKey, type KeyWallet, sealMasterKey, unlockMasterKey } from './volumes/master-key.ts'
export { type RebuildSectorsOptions, type RebuiltSector, rebuildSectors } from './volumes/rebuild-sectors.ts'
export type { CallOptions, SlotCall } from './volumes/slot-call.ts'
export type { CheckedSlot, SlotCheck, SlotFault } from './volumes/slot-check.ts'
export { SlotLink } from './volumes/slot-link.ts'
export type {
  OpenOptions,
  SlotReport,
  Storgo,
  VolumeDetails,
  VolumeOrder,
  VolumeQuote,
} from './volumes/storgo.ts'
export type {
  CompactOptions,
  CompactProgress,
  CompactResult,
  PastState,
  RestoreOptions,
  RestoreResult,
} from './volumes/volume-space.ts'
export { type Changes, type WhatChangedOptions, whatChanged } from './volumes/what-changed.ts'
