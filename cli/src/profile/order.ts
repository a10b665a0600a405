import type { VolumeOrder } from '@storgo/sdk'
import { parseBytes, parseWhole } from '../quantities.ts'
import type { ShapeFlags } from '../tree/volume-commands.ts'

const SECTOR_BYTES = 2 ** 20
const MAX_SLOTS = 32
const MAX_EPOCHS = 2 ** 31

/** What `--size`, `--data`, `--parity` and `--epochs` ask for. `size` is rounded up to whole stripes. */
export function orderOf({ size, data, parity, epochs }: ShapeFlags): Required<Omit<VolumeOrder, 'providers'>> {
  const k = parseWhole(data, { min: 1, max: MAX_SLOTS })
  const m = parseWhole(parity, { min: 0, max: MAX_SLOTS - k })
  const sectors = Math.max(1, Math.ceil(parseBytes(size) / (k * SECTOR_BYTES)))
  return { k, m, sectors, epochs: parseWhole(epochs, { min: 1, max: MAX_EPOCHS }) }
}
