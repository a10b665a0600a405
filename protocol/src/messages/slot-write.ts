import { MAX_SECTORS, SECTOR_BYTES } from '../units.ts'
import { checkBytes, checkInteger, checkSlot, checkUint64 } from './field-checks.ts'
import { SlotWriteReplySchema, SlotWriteRequestSchema } from './generated/storgo/v1/slot_pb.ts'
import { build, type Forward, forwardOf, invalid, parse, serialize } from './message-codec.ts'
import { MAX_BULK_BYTES, MAX_PATCHES, PEN_BYTES, UPLOAD_ID_BYTES } from './wire-limits.ts'

export const SLOT_WRITE_PROTOCOL = '/storgo/slot-write/1.0.0'

/**
 * How a patch applies: `xor` onto the sector's bytes (zeros if never written), `replace` one whole sector, or `fresh`:
 * `xor` onto zeros, whatever the sector held. Of a sector that has a fresh patch, all patches of the upload are fresh.
 */
export type PatchMode = 'xor' | 'replace' | 'fresh'
const MODES: readonly PatchMode[] = ['xor', 'replace', 'fresh']

/** `length` bytes of the bulk for bytes `offset`… of sector number `sector` of the slot; 0 only if `fresh`. */
export type Patch = { sector: number; offset: number; length: number; mode: PatchMode }

/**
 * Stages patches for a later slot-commit that names the same `upload` (16 random bytes). They apply to the state with
 * nonce `baseNonce`, 0 for the empty state, in the order given. The bulk is their bytes, one patch after the other. `pen`
 * (16 bytes) names the writer: other writers find the slot busy while the upload is active.
 */
export type SlotWriteRequest = Forward & {
  volumeId: bigint
  slot: number
  upload: Uint8Array
  baseNonce: bigint
  patches: Patch[]
  pen: Uint8Array
}

/** `stagedBytes`: patch bytes staged for this upload so far. */
export type SlotWriteReply = Forward & { stagedBytes: bigint }

export function encodeSlotWriteRequest(request: SlotWriteRequest): Uint8Array<ArrayBuffer> {
  checkRequest(request)
  const { volumeId, slot, upload, baseNonce, pen } = request
  const patches = request.patches.map((patch) => ({ ...patch, mode: MODES.indexOf(patch.mode) }))
  const fields = { volumeId, slot, upload, baseNonce, patches, pen }
  return serialize(SlotWriteRequestSchema, build(SlotWriteRequestSchema, fields, request))
}

/**
 * @param bulkBytes length of the bulk frame, which the patches must add up to.
 * @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed, in-bounds request.
 */
export function decodeSlotWriteRequest(bytes: Uint8Array, bulkBytes: number): SlotWriteRequest {
  const message = parse(SlotWriteRequestSchema, bytes)
  const { volumeId, slot, upload, baseNonce, pen } = message
  // Counted before they are turned into patches: a frame holds many more empty ones than a request may have.
  checkInteger('patches', message.patches.length, 1, MAX_PATCHES)
  const patches = message.patches.map(({ sector, offset, length, mode }) => ({
    sector,
    offset,
    length,
    mode: modeOf(mode),
  }))
  const request = { volumeId, slot, upload, baseNonce, patches, pen, ...forwardOf(message) }
  const patchBytes = checkRequest(request)
  if (patchBytes !== bulkBytes) throw invalid('the patches do not add up to the bulk', { patchBytes, bulkBytes })
  return request
}

export function encodeSlotWriteReply(reply: SlotWriteReply): Uint8Array<ArrayBuffer> {
  checkUint64('stagedBytes', reply.stagedBytes)
  return serialize(SlotWriteReplySchema, build(SlotWriteReplySchema, { stagedBytes: reply.stagedBytes }, reply))
}

/** @throws {StorgoError} `REQUEST_INVALID` for anything but one well-formed reply. */
export function decodeSlotWriteReply(bytes: Uint8Array): SlotWriteReply {
  const message = parse(SlotWriteReplySchema, bytes)
  return { stagedBytes: message.stagedBytes, ...forwardOf(message) }
}

/** @returns the bytes of all patches. */
function checkRequest({ volumeId, slot, upload, baseNonce, patches, pen }: SlotWriteRequest): number {
  checkUint64('volumeId', volumeId, 1n)
  checkSlot(slot)
  checkBytes('upload', upload, UPLOAD_ID_BYTES)
  checkUint64('baseNonce', baseNonce)
  checkBytes('pen', pen, PEN_BYTES)
  checkInteger('patches', patches.length, 1, MAX_PATCHES)
  for (const patch of patches) checkPatch(patch)
  const patchBytes = patches.reduce((sum, { length }) => sum + length, 0)
  checkInteger('patchBytes', patchBytes, 0, MAX_BULK_BYTES)
  return patchBytes
}

function checkPatch({ sector, offset, length, mode }: Patch): void {
  checkInteger('sector', sector, 0, MAX_SECTORS - 1)
  checkInteger('offset', offset, 0, SECTOR_BYTES - 1)
  checkInteger('length', length, mode === 'fresh' ? 0 : 1, SECTOR_BYTES)
  if (offset + length > SECTOR_BYTES) throw invalid('the patch leaves its sector', { sector, offset, length })
  if (mode === 'replace' && length !== SECTOR_BYTES) {
    throw invalid('a patch replaces a whole sector or nothing', { sector, offset, length })
  }
}

function modeOf(mode: number): PatchMode {
  const name = MODES[mode]
  if (name === undefined) throw invalid('no patch has such a mode', { mode })
  return name
}
