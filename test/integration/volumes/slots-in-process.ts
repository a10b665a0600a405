import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Epoch, quorum, randomBytes, type SigningDomain, StorgoError } from '@storgo/protocol'
import { type SlotCall, SlotLink, type VolumeClient } from '@storgo/sdk'
import { bytesToHex, zeroAddress } from 'viem'
import { privateKeyToAccount, privateKeyToAddress } from 'viem/accounts'
import { Locks } from '../../../node/src/locks.ts'
import { SlotAccess } from '../../../node/src/slots/access.ts'
import { aParty, type Party } from '../../../node/src/slots/fixtures/a-volume.ts'
import { PenActivity } from '../../../node/src/slots/pen-activity.ts'
import type { SlotServices } from '../../../node/src/slots/slot-services.ts'
import { Staging } from '../../../node/src/slots/staging.ts'
import type { VolumeFacts, VolumeSource } from '../../../node/src/slots/volume-facts.ts'
import { openSlotStore, type SlotStoreOptions } from '../../../node/src/store/open-slot-store.ts'
import type { SlotStore } from '../../../node/src/store/slot-store.ts'
import { catchUp } from '../../../node/src/watch/catch-up.ts'
import { recordOf } from '../../../node/src/watch/co-slots.ts'
import { volumeClient } from '../../../sdk/src/volumes/volume-client.ts'
import { volumeKeysOf } from '../../../sdk/src/volumes/volume-keys.ts'
import type { VolumeRecord } from '../../../sdk/src/volumes/volume-record.ts'
import { VolumeSession } from '../../../sdk/src/volumes/volume-session.ts'
import { type Asking, type Pass, type SlotReply, serveSlot, until } from './serve-slot.ts'

export const VOLUME_ID = 7n
const CHAIN_ID = 31337
const EPOCH = 5 as Epoch
const RETENTION_EPOCHS = 4
/** What the stores belong to. */
export const BINDING = 'test'
const domain: SigningDomain = { chainId: CHAIN_ID, verifyingContract: zeroAddress }

/** What a slot's store is opened with instead of what it is otherwise. */
export type StoreOf = (slot: number, dataDir: string) => Partial<SlotStoreOptions>

type SlotsOptions = { k?: number; m?: number; billedSectors?: number; storeOf?: StoreOf }

export type ProcessClient = {
  volume: VolumeClient
  session: VolumeSession
  warnings: string[]
  link(slot: number): SlotLink
}

/** All slots of a volume with the real handlers and stores, and clients of it, in this process and without a network. */
export class SlotsInProcess implements AsyncDisposable {
  readonly k: number
  readonly m: number
  /** Slots that answer nobody. */
  readonly down = new Set<number>()
  /** Whether slots that learn that they are behind catch up. */
  catchesUp = true
  nowMs = Date.now()
  /** The epoch it is, for slots and clients. */
  epoch = EPOCH
  /** Asked whenever a slot starts. */
  storeOf: StoreOf
  /** The wallet that owns the volume. */
  readonly owner = privateKeyToAccount(bytesToHex(randomBytes(32)))
  readonly #masterKey = randomBytes(32)
  readonly #operators: Party[]
  #facts: VolumeFacts
  readonly #folder: string
  readonly #services: SlotServices[] = []
  readonly #catchingUp = new Map<number, Promise<unknown>>()
  readonly #behindAgain = new Set<number>()
  readonly #ended = new AbortController()

  private constructor({ k, m, billedSectors, storeOf }: Required<SlotsOptions>, folder: string) {
    ;[this.k, this.m, this.storeOf, this.#folder] = [k, m, storeOf, folder]
    this.#operators = Array.from({ length: k + m }, aParty)
    this.#facts = {
      ...{ k, m, billedSectors, closed: false, generation: 1, retentionEpochs: RETENTION_EPOCHS },
      owner: this.owner.address,
      sessionKey: { address: privateKeyToAddress(bytesToHex(this.#keys.sessionKey)), expiresAt: 2n ** 40n },
      operators: this.#operators.map(({ address }) => address),
      formers: [],
    }
  }

  static async open({
    k = 4,
    m = 2,
    billedSectors = 64,
    storeOf = () => ({}),
  }: SlotsOptions = {}): Promise<SlotsInProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'storgo-slots-'))
    const slots = new SlotsInProcess({ k, m, billedSectors, storeOf }, folder)
    for (let slot = 0; slot < k + m; slot++) slots.#services.push(slots.#servicesOn(slot, await slots.#openStore(slot)))
    return slots
  }

  /** As if the slot's process had been started again. */
  async restart(slot: number): Promise<void> {
    await this.services(slot).store[Symbol.asyncDispose]()
    this.#services[slot] = this.#servicesOn(slot, await this.#openStore(slot))
  }

  /** Its owner dismisses a slot: from the next epoch on, which begins, it is vacant. */
  dismiss(slot: number): void {
    const { address: operator } = this.#operators[slot] ?? missing(slot)
    this.epoch = (this.epoch + 1) as Epoch
    const { operators, formers } = this.#facts
    this.#facts = {
      ...this.#facts,
      operators: operators.with(slot, undefined),
      formers: operators.map((_, i) => (i === slot ? { operator, untilEpoch: this.epoch } : formers[i])),
    }
    this.down.add(slot)
  }

  services(slot: number): SlotServices {
    const found = this.#services[slot]
    if (!found) throw new Error(`there is no slot ${slot}`)
    return found
  }

  /** A client as a process of its own would be. @param pass what becomes of its requests; by default they arrive. */
  client(pass: Pass = ({ go }) => go()): ProcessClient {
    const warnings: string[] = []
    const warn = ({ slot, code }: Record<string, unknown>) => void warnings.push(`${slot} ${code}`)
    const drop = () => {}
    const record = this.#record(pass)
    const session = new VolumeSession({
      readRecord: async () => record,
      keysOf: () => this.#keys,
      sealKey: async () => [],
      logger: { debug: drop, info: drop, warn, error: drop },
    })
    const link = (slot: number) => record.links[slot] ?? missing(slot)
    return { volume: volumeClient(VOLUME_ID, session, this.owner), session, warnings, link }
  }

  /** Nonces that a slot holds: certified, and uncertified if there is one. */
  held(slot: number): { certified: bigint; latest: bigint | undefined } {
    using view = this.services(slot).store.view({ volumeId: VOLUME_ID, slot })
    const { certified, latest } = view
    return { certified: certified?.signed.state.nonce ?? 0n, latest: latest?.signed.state.nonce }
  }

  /** Resolves when no slot is catching up. */
  async settled(): Promise<void> {
    while (this.#catchingUp.size > 0) await Promise.all(this.#catchingUp.values())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort(new Error('the test is over'))
    await this.settled()
    await Promise.all(this.#services.map(({ store }) => store[Symbol.asyncDispose]()))
    await rm(this.#folder, { recursive: true, force: true })
  }

  get #keys() {
    return volumeKeysOf(this.#masterKey, { chainId: CHAIN_ID, volumeId: VOLUME_ID, generation: 1 })
  }

  #record(pass: Pass): VolumeRecord {
    const { owner, billedSectors, sessionKey, operators, formers } = this.#facts
    const { k, m } = this
    return {
      ...{ volumeId: VOLUME_ID, owner, k, m, q: quorum(k, m), billedSectors, generation: 1, closed: false, domain },
      operators: operators.map((operator) => operator ?? zeroAddress),
      formers,
      links: this.#operators.map((_, slot) =>
        this.#link(slot, { account: sessionKey.address, isProvider: false }, pass),
      ),
      sessionKeyOf: async () => sessionKey.address,
      retention: async () => ({ epoch: this.epoch, retentionEpochs: RETENTION_EPOCHS }),
    }
  }

  #link(slot: number, by: Asking, pass: Pass): SlotLink {
    const call: SlotCall = async (protocol, { message, bulk = new Uint8Array() }, { signal, timeoutMs }) => {
      const ends = AbortSignal.any([AbortSignal.timeout(Math.ceil(timeoutMs)), ...(signal ? [signal] : [])])
      const go = () => this.#serve(slot, protocol, { message, bulk }, by)
      return until(pass({ slot, protocol, message, bulk, go }), ends, slot)
    }
    return new SlotLink({ call, volumeId: VOLUME_ID, slot, provider: this.#operators[slot]?.address ?? zeroAddress })
  }

  async #serve(
    slot: number,
    protocol: string,
    content: { message: Uint8Array; bulk: Uint8Array },
    by: Asking,
  ): Promise<SlotReply> {
    if (this.down.has(slot)) {
      const { address: operator } = this.#operators[slot] ?? missing(slot)
      throw new StorgoError('PEER_UNREACHABLE', 'it is down', { slot, operator })
    }
    return serveSlot(this.services(slot), protocol, content, by)
  }

  #servicesOn(slot: number, store: SlotStore): SlotServices {
    const operator = this.#operators[slot] ?? missing(slot)
    const volumes: VolumeSource = {
      facts: async () => this.#facts,
      sessionKeyOf: async () => this.#facts.sessionKey,
      currentEpoch: () => this.epoch,
    }
    const nowMs = () => this.nowMs
    const services: SlotServices = {
      ...{ store, volumes, domain, nowMs, locks: new Locks(), operator },
      staging: new Staging({ store, maxSectors: 4 * 256, nowMs }),
      access: new SlotAccess(volumes, operator.address),
      activity: new PenActivity({ nowMs }),
      onBehind: () => this.#catchUp(slot, services),
    }
    return services
  }

  #catchUp(slot: number, services: SlotServices): void {
    if (!this.catchesUp) return
    // What it is told meanwhile may be of a later state.
    if (this.#catchingUp.has(slot)) return void this.#behindAgain.add(slot)
    const by = { account: services.operator.address, isProvider: true }
    const links = this.#operators.flatMap((_, other) => (other === slot ? [] : this.#link(other, by, ({ go }) => go())))
    const { signal } = this.#ended
    const record = recordOf({ volumeId: VOLUME_ID, facts: this.#facts, volumes: services.volumes, domain, signal })
    const ref = { volumeId: VOLUME_ID, slot }
    const running = catchUp({ services, ref, coSlots: { facts: this.#facts, record, links }, signal })
      .catch(() => {})
      .finally(() => {
        this.#catchingUp.delete(slot)
        if (this.#behindAgain.delete(slot)) this.#catchUp(slot, services)
      })
    this.#catchingUp.set(slot, running)
  }

  async #openStore(slot: number): Promise<SlotStore> {
    const dataDir = join(this.#folder, String(slot))
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const capacity = this.#facts.billedSectors * 2 + 64
    const retentionEpochs = () => RETENTION_EPOCHS
    return openSlotStore({ dataDir, capacity, binding: BINDING, retentionEpochs, ...this.storeOf(slot, dataDir) })
  }
}

function missing(slot: number): never {
  throw new Error(`there is no slot ${slot}`)
}
