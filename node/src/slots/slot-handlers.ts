import {
  SLOT_CERTIFY_PROTOCOL,
  SLOT_COMMIT_PROTOCOL,
  SLOT_HISTORY_PROTOCOL,
  SLOT_PEN_PROTOCOL,
  SLOT_READ_PROTOCOL,
  SLOT_RELEASE_PROTOCOL,
  SLOT_STATE_PROTOCOL,
  SLOT_SYNC_PROTOCOL,
  SLOT_WRITE_PROTOCOL,
} from '@storgo/protocol'
import type { RequestHandler } from '@storgo/sdk'
import { slotCertify } from './slot-certify.ts'
import { slotCommit } from './slot-commit.ts'
import { slotHistory } from './slot-history.ts'
import { slotPen } from './slot-pen.ts'
import { slotRead } from './slot-read.ts'
import { slotRelease } from './slot-release.ts'
import type { SlotServices } from './slot-services.ts'
import { slotState } from './slot-state.ts'
import { slotSync } from './slot-sync.ts'
import { slotWrite } from './slot-write.ts'

const HANDLERS = {
  [SLOT_STATE_PROTOCOL]: slotState,
  [SLOT_PEN_PROTOCOL]: slotPen,
  [SLOT_WRITE_PROTOCOL]: slotWrite,
  [SLOT_COMMIT_PROTOCOL]: slotCommit,
  [SLOT_CERTIFY_PROTOCOL]: slotCertify,
  [SLOT_READ_PROTOCOL]: slotRead,
  [SLOT_SYNC_PROTOCOL]: slotSync,
  [SLOT_HISTORY_PROTOCOL]: slotHistory,
  [SLOT_RELEASE_PROTOCOL]: slotRelease,
} satisfies Record<string, (services: SlotServices) => RequestHandler>

/** A protocol that slots answer. */
export type SlotProtocol = keyof typeof HANDLERS

export const SLOT_PROTOCOLS = Object.keys(HANDLERS) as SlotProtocol[]

export function isSlotProtocol(protocol: string): protocol is SlotProtocol {
  return Object.hasOwn(HANDLERS, protocol)
}

/** What answers a protocol of the slots that these services keep. */
export function slotHandler(protocol: SlotProtocol, services: SlotServices): RequestHandler {
  return HANDLERS[protocol](services)
}
