import { type ErrorCode, isStorgoError } from '@storgo/protocol'
import type { Exchanged } from '../net/peer-guard.ts'

/** How well a peer has done, as far as we have seen. */
export type PeerRecord = {
  /** 0 … 1, recent requests weigh more: the share that was answered at all. */
  availability: number
  /** Answers that did not verify, ever. */
  faults: number
  /** Smoothed, of answers with few bytes; `undefined` before the first. */
  responseMs: number | undefined
  /** Smoothed, of answers or requests with many bytes; `undefined` before the first. */
  bytesPerSecond: number | undefined
  requests: number
  sentBytes: number
  receivedBytes: number
}

/** Weight of the newest observation; while there are few, each counts the same. */
const NEWEST = 0.1
/** A request with this many bytes says how fast they move, one with fewer how soon the peer answers. */
const MANY_BYTES = 65_536

/** Refusals of a peer that is there and well. */
const ANSWERED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...([
    'PROVIDER_BUSY',
    'ACCESS_DENIED',
    'SLOT_NOT_HELD',
    'SECTOR_NOT_FOUND',
    'VOLUME_UNKNOWN',
    'VOLUME_CLOSED',
  ] as const),
  ...(['STATE_STALE', 'STATE_UNFINISHED', 'PEN_TAKEN', 'PEN_HELD', 'REQUEST_INVALID', 'HELLO_REQUIRED'] as const),
  ...(['UPLOAD_UNKNOWN', 'DISK_FULL', 'REFUSALS_MISSING', 'STRIPE_RETAINED', 'SESSION_KEY_EXPIRED'] as const),
])
/** Failures that are ours: they say nothing of the peer. */
const OURS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['PEER_BANNED', 'MESSAGE_TOO_LARGE'])

/** Of a peer that nothing is known of: good, until it shows otherwise. */
export function newPeerRecord(): PeerRecord {
  const counts = { requests: 0, sentBytes: 0, receivedBytes: 0 }
  return { availability: 1, faults: 0, responseMs: undefined, bytesPerSecond: undefined, ...counts }
}

/** The record after one more request to the peer. */
export function afterRequest(record: PeerRecord, exchanged: Exchanged): PeerRecord {
  const { error, ms, sentBytes, receivedBytes } = exchanged
  const code = isStorgoError(error) ? error.code : undefined
  if (code !== undefined && OURS.has(code)) return record
  const isAnswered = error === undefined || (code !== undefined && ANSWERED.has(code))
  const bytes = sentBytes + receivedBytes
  const next = {
    ...record,
    availability: record.availability + NEWEST * (Number(isAnswered) - record.availability),
    requests: record.requests + 1,
    sentBytes: record.sentBytes + sentBytes,
    receivedBytes: record.receivedBytes + receivedBytes,
  }
  if (!isAnswered) return next
  if (bytes < MANY_BYTES) return { ...next, responseMs: smoothed(record.responseMs, ms, next.requests) }
  const bytesPerSecond = (bytes * 1_000) / Math.max(ms, 0.001)
  return { ...next, bytesPerSecond: smoothed(record.bytesPerSecond, bytesPerSecond, next.requests) }
}

/** The record after an answer of the peer that did not verify. */
export function afterFault(record: PeerRecord): PeerRecord {
  return { ...record, faults: record.faults + 1 }
}

const UNKNOWN_RESPONSE_MS = 50
const UNKNOWN_BYTES_PER_SECOND = 20e6
/** What is lost by asking in vain, besides time. */
const VAIN_MS = 3_000

/**
 * Milliseconds after which `bytes` are likely to be here if this peer is asked, the risk that they are not included. Less is
 * better; only the order counts.
 */
export function expectedMs(record: PeerRecord | undefined, bytes: number): number {
  const { availability, faults, responseMs, bytesPerSecond } = record ?? newPeerRecord()
  const transferMs = (bytes * 1_000) / (bytesPerSecond ?? UNKNOWN_BYTES_PER_SECOND)
  return (responseMs ?? UNKNOWN_RESPONSE_MS) + transferMs + (1 - availability + Math.min(faults, 10)) * VAIN_MS
}

const smoothed = (before: number | undefined, now: number, requests: number) =>
  before === undefined ? now : before + Math.max(NEWEST, 1 / requests) * (now - before)
