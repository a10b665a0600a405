import { type FullBooks, gasUsed } from './full-books.ts'

const VOLUME = 12n
const SLOT = 5

/** Dismissing a slot of a 4 + 2 volume of which nothing has been settled for some epochs. */
export async function dismissGas({ storgo, owner }: FullBooks): Promise<bigint> {
  return gasUsed(storgo, await storgo.market.write.dismiss([VOLUME, SLOT], { account: owner.account }))
}
