const TIMEOUT_MS = 5_000

/** Calls a method of a local chain that viem has no function for. @throws {Error} what the chain refuses it with. */
export async function callChain(
  rpcUrl: string,
  method: string,
  params: readonly unknown[] = [],
  timeoutMs: number = TIMEOUT_MS,
): Promise<unknown> {
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (!response.ok) throw new Error(`the chain at ${rpcUrl} answered ${method} with ${response.status}`)
  const reply: unknown = await response.json()
  if (typeof reply === 'object' && reply !== null && 'result' in reply) return reply.result
  throw new Error(`the chain refused ${method}: ${JSON.stringify(reply)}`)
}
