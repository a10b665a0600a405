/** What a transaction offers per gas, in wei (EIP-1559). */
export type Fees = { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }

/** Nodes take a transaction in another's place only if it offers a tenth more of both fees; some ask for an eighth. */
const EIGHTHS = 8n

/** The least fees with which another transaction takes the place of one that offers `fees`. */
export function raised({ maxFeePerGas, maxPriorityFeePerGas }: Fees): Fees {
  return { maxFeePerGas: oneEighthMore(maxFeePerGas), maxPriorityFeePerGas: oneEighthMore(maxPriorityFeePerGas) }
}

/** The greater of each. */
export function higher(a: Fees, b: Fees): Fees {
  const greater = (x: bigint, y: bigint) => (x > y ? x : y)
  return {
    maxFeePerGas: greater(a.maxFeePerGas, b.maxFeePerGas),
    maxPriorityFeePerGas: greater(a.maxPriorityFeePerGas, b.maxPriorityFeePerGas),
  }
}

/** The same, offering at most `most` per gas. */
export function limited({ maxFeePerGas, maxPriorityFeePerGas }: Fees, most: bigint): Fees {
  const atMost = (fee: bigint) => (fee < most ? fee : most)
  return { maxFeePerGas: atMost(maxFeePerGas), maxPriorityFeePerGas: atMost(maxPriorityFeePerGas) }
}

/** The most that may be offered at first so that one replacement still stays within `most`. */
export function leavingRoom(most: bigint): bigint {
  return ((most - 1n) * EIGHTHS) / (EIGHTHS + 1n)
}

function oneEighthMore(fee: bigint): bigint {
  return fee + fee / EIGHTHS + 1n
}
