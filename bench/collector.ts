/** Puts the bytes of a socket together to as many as are expected next, each time in memory of their own. */
export function collector(expected: () => number, onWhole: (bytes: Uint8Array) => void): (part: Uint8Array) => void {
  let target: Buffer | undefined
  let filled = 0
  return (part) => {
    for (let at = 0; at < part.length; ) {
      target ??= Buffer.allocUnsafeSlow(expected())
      const taken = Math.min(target.length - filled, part.length - at)
      target.set(part.subarray(at, at + taken), filled)
      at += taken
      filled += taken
      if (filled < target.length) return
      const whole = target
      target = undefined
      filled = 0
      onWhole(whole)
    }
  }
}
