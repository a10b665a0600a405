const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
/** CIDv1, codec raw, sha2-256 of 32 bytes. */
const PREFIX = [0x01, 0x55, 0x12, 0x20]

/** The text of the CID with that sha2-256 digest: base32 after the letter that says so. */
export function cidText(digest: Uint8Array): string {
  let text = 'b'
  let held = 0
  let bits = 0
  for (const byte of [...PREFIX, ...digest]) {
    held = ((held << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31]
  }
  return bits === 0 ? text : text + ALPHABET[(held << (5 - bits)) & 31]
}
