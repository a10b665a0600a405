import { HASH_BYTES, SECTOR_DEPTH } from '../units.ts'

/** The protocol version this code speaks: major * 1 000 000 + minor * 1 000 + patch. */
export const PROTOCOL_VERSION = 1_000_000
/** Most bytes of the message frame of a request or reply. */
export const MAX_MESSAGE_BYTES = 65_536
/** Most bytes of the bulk frame beside it. */
export const MAX_BULK_BYTES = 1 << 20
/** Most patches of one slot-write request; 16 bytes each at most, so they fit the message. */
export const MAX_PATCHES = 1024
export const UPLOAD_ID_BYTES = 16
/** The random bytes that name a writer. */
export const PEN_BYTES = 16
/** Most runs of changed sectors, and of freed stripes, of one slot-sync reply: with the longest state it fits the message. */
export const MAX_CHANGED_RUNS = 2048
export const MAX_FREED_RUNS = 512
/** Most states of one slot-history reply; the longest certificates and head records fit the message. */
export const MAX_HISTORY_ENTRIES = 8
/** Most printable ASCII characters of the name and version that a peer gives itself. */
export const MAX_AGENT_LENGTH = 64
/** Most bytes of a path: two hashes a level within the sector, one a level in the largest slot (28) and volume (5) above. */
export const MAX_PATH_BYTES = HASH_BYTES * (2 * SECTOR_DEPTH + 28 + 5)
