import { isStorgoError } from '@storgo/protocol'
import type { SectorRef, SlotRef, SlotStore, SlotView } from '../store/slot-store.ts'

type OnCorrupt = (sector: SectorRef) => void

/** A store, and where to ask to be told of every sector that a read finds corrupt. */
export type NoticingStore = { store: SlotStore; onCorrupt: (listener: OnCorrupt) => void }

/** The same store, except that reads that find a sector corrupt tell so, and fail as they did. */
export function noticeCorrupt(store: SlotStore): NoticingStore {
  const listeners: OnCorrupt[] = []
  const tell = (sector: SectorRef) => {
    for (const listener of listeners) listener(sector)
  }
  return { store: telling(store, tell), onCorrupt: (listener) => listeners.push(listener) }
}

function telling(store: SlotStore, onCorrupt: OnCorrupt): SlotStore {
  return {
    view: (ref) => noticing(store.view(ref), ref, onCorrupt),
    slots: () => store.slots(),
    stage: (bytes) => store.stage(bytes),
    readStaged: (staged) => store.readStaged(staged),
    unstage: (staged) => store.unstage(staged),
    promise: (ref, promised) => store.promise(ref, promised),
    commit: (ref, commit) => store.commit(ref, commit),
    accept: (ref, receipt, promised) => store.accept(ref, receipt, promised),
    certify: (ref, receipts, epoch) => store.certify(ref, receipts, epoch),
    adopt: (ref, adoption) => store.adopt(ref, adoption),
    heal: (ref, sector, staged) => store.heal(ref, sector, staged),
    release: (ref, nonce) => store.release(ref, nonce),
    drop: (ref) => store.drop(ref),
    usage: () => store.usage(),
    health: () => store.health(),
    probe: () => store.probe(),
    scrub: (options) => store.scrub(options),
    rotateKey: (options) => store.rotateKey(options),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

function noticing(view: SlotView, ref: SlotRef, onCorrupt: OnCorrupt): SlotView {
  return {
    certified: view.certified,
    latest: view.latest,
    promised: view.promised,
    releasedNonce: view.releasedNonce,
    sectorRoots: (version, sectors) => view.sectorRoots(version, sectors),
    async readSector(version, sector, options) {
      try {
        return await view.readSector(version, sector, options)
      } catch (error) {
        if (isStorgoError(error, 'SECTOR_CORRUPT')) onCorrupt({ ref, sector })
        throw error
      }
    },
    unfoldedBytes: (sector) => view.unfoldedBytes(sector),
    changedSince: (nonce, version) => view.changedSince(nonce, version),
    freedAt: (stripe, version) => view.freedAt(stripe, version),
    freedSince: (nonce, version) => view.freedSince(nonce, version),
    history: () => view.history(),
    [Symbol.dispose]: () => view[Symbol.dispose](),
  }
}
