/** One result: its first column says of what, the others are figures whose names say their units. */
export type Row = Readonly<Record<string, string | number | readonly number[]>>

export type BenchOptions = {
  /** MiB of each input of the areas that measure in this process. */
  mebibytes: number
  /** Sizes of the files that clients of their own put and get. */
  gibibytes: readonly number[]
  /** How many small files are stored and listed. */
  files: number
  /** What an area with many measurements is restricted to, by names of its own. */
  only: readonly string[]
}

export type Area = { what: string; measure: (options: BenchOptions) => AsyncIterable<Row> }

/** What `npm run bench -- AREA` measures; each against baselines that take turns with it in the same run. */
export const AREAS: Readonly<Record<string, Area>> = {
  pipeline: {
    what: 'CPU time of every stage of storing and reading, against SHA-256 of the same bytes',
    async *measure({ mebibytes }) {
      const { measurePipeline } = await import('./pipeline.ts')
      const { randomBytes, sourceText } = await import('./inputs.ts')
      yield* measurePipeline('random', randomBytes(mebibytes << 20))
      yield* measurePipeline('text', sourceText('node_modules', mebibytes << 20))
    },
  },
  backup: {
    what: 'whole processes that chunk, compress, encrypt and store: restic, borg and the pipeline',
    async *measure({ mebibytes }) {
      yield* (await import('./backup.ts')).measureBackups(mebibytes)
    },
  },
  store: {
    what: "a provider's sector store, against a plain file and against one file a sector",
    async *measure({ mebibytes }) {
      yield* (await import('./store.ts')).measureStore(mebibytes)
    },
  },
  proofs: {
    what: 'trees, paths and whole proofs, against hashing node by node',
    async *measure() {
      yield* (await import('./proofs.ts')).measureProofs()
    },
  },
  transfer: {
    what: 'requests of 1 MiB between two processes over every carrier, against a raw TCP socket and node:tls',
    async *measure({ mebibytes }) {
      yield* (await import('./transfer.ts')).measureTransfer(mebibytes)
    },
  },
  'put-get': {
    what: 'put and get of a file over the local network, against the same work by hand and a raw socket',
    async *measure({ gibibytes: [gibibytes = 1] }) {
      yield* (await import('./put-get.ts')).measurePutGet(gibibytes)
    },
  },
  network: {
    what: 'put and get over a link with 100 ms and 2 % loss, and across 14 s without a packet, on every carrier; takes root',
    async *measure({ only }) {
      yield* (await import('./network.ts')).measureNetwork(only)
    },
  },
  dht: {
    what: 'lookups of addresses among 100 peers, before and after 30 % are killed',
    async *measure() {
      yield* (await import('./dht.ts')).measureDht()
    },
  },
  cli: {
    what: 'starts of the command line from its sources and from its bundle, against a bare Node.js',
    async *measure() {
      yield* (await import('./cli.ts')).measureCli()
    },
  },
  memory: {
    what: 'memory of clients and providers, small files and listing, on a network of real processes',
    async *measure({ gibibytes, files }) {
      yield* (await import('./durable.ts')).measureDurable({ gibibytes, files })
    },
  },
}

/** What `npm run bench` measures by itself: what takes minutes and needs no network. */
export const DEFAULT_AREAS: readonly string[] = ['pipeline', 'backup', 'store', 'proofs']
