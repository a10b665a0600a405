const last = new Map<string, Promise<unknown>>()

/** Runs `work` when all earlier works of the same key have ended, whether well or badly. */
export async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = last.get(key)
  const own = before ? before.then(work, work) : work()
  last.set(key, own)
  try {
    return await own
  } finally {
    if (last.get(key) === own) last.delete(key)
  }
}
