import { CID } from 'multiformats/cid'

/** A manifest's address as people write it. @returns `undefined` for anything but a CID. */
export function parseManifest(text: string): CID | undefined {
  try {
    return CID.parse(text)
  } catch {
    return undefined
  }
}
