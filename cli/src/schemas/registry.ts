import type { z } from 'zod'
import type { Decimal } from './atoms.ts'
import { CONFIGURATION_SCHEMAS, type SettingValue } from './configuration.ts'
import { FAILURE_SCHEMAS } from './failures.ts'
import { FILE_SCHEMAS } from './files.ts'
import { LOCAL_NETWORK_SCHEMAS } from './local-networks.ts'
import { NETWORK_SCHEMAS } from './network.ts'
import { NODE_SCHEMAS } from './nodes.ts'
import { OBSERVATION_SCHEMAS } from './observations.ts'
import { STAKE_AND_PROOF_SCHEMAS } from './stakes-and-proofs.ts'
import { VOLUME_SCHEMAS } from './volumes.ts'
import { WALLET_SCHEMAS } from './wallets.ts'

/** A record's schema by its name and version. Fields may be added to a version; whatever else changes makes a new one. */
export const SCHEMAS = {
  ...FILE_SCHEMAS,
  ...VOLUME_SCHEMAS,
  ...WALLET_SCHEMAS,
  ...NODE_SCHEMAS,
  ...NETWORK_SCHEMAS,
  ...CONFIGURATION_SCHEMAS,
  ...STAKE_AND_PROOF_SCHEMAS,
  ...LOCAL_NETWORK_SCHEMAS,
  ...OBSERVATION_SCHEMAS,
  ...FAILURE_SCHEMAS,
} as const satisfies Record<`storgo.${string}/${number}`, z.ZodType>

export type SchemaName = keyof typeof SCHEMAS

/** What a command hands in: bigints where JSON has decimal strings, and undefined where it has nothing. */
type Given<Json> = unknown extends Json
  ? unknown
  : Json extends SettingValue
    ? unknown
    : Json extends Decimal
      ? bigint | string
      : Json extends string | number | boolean | null | undefined
        ? Json
        : Json extends readonly (infer Entry)[]
          ? readonly Given<Entry>[]
          : { readonly [Field in keyof Json]: Given<Json[Field]> }

/** A record of that schema before it becomes JSON. */
export type RecordOf<Name extends SchemaName> = Given<z.infer<(typeof SCHEMAS)[Name]>>

type FieldsOf<Either> = Either extends unknown ? keyof Either : never

/** Refuses fields that the schema has not; what is open by its type (a node's answer) is left to the tests. */
export type NothingBeside<Wanted, Found> = string extends keyof Found
  ? unknown
  : { readonly [Field in Exclude<FieldsOf<Found>, FieldsOf<Wanted>>]?: never }
