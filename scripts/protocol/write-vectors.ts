// Writes protocol/vectors; `write-vectors.ts --check` fails when a file is not what the code gives.
import { readFile, writeFile } from 'node:fs/promises'
import { catalogVectors } from './vectors/catalog.ts'
import { erasureVectors } from './vectors/erasure.ts'
import { headVectors } from './vectors/head.ts'
import { keyVectors } from './vectors/keys.ts'
import { logVectors } from './vectors/log.ts'
import { manifestVectors } from './vectors/manifest.ts'
import { toJson } from './vectors/material.ts'
import { messageVectors } from './vectors/messages.ts'
import { proofVectors } from './vectors/proofs.ts'
import { sealingVectors } from './vectors/sealing.ts'
import { stateVectors } from './vectors/states.ts'
import { treeVectors } from './vectors/trees.ts'

const files = {
  trees: treeVectors(),
  states: stateVectors(),
  keys: await keyVectors(),
  sealing: await sealingVectors(),
  erasure: erasureVectors(),
  proofs: proofVectors(),
  log: logVectors(),
  manifest: await manifestVectors(),
  catalog: await catalogVectors(),
  head: await headVectors(),
  messages: messageVectors(),
}

for (const [name, vectors] of Object.entries(files)) {
  const file = new URL(`../../protocol/vectors/${name}.json`, import.meta.url)
  const written = toJson(vectors)
  if (!process.argv.includes('--check')) await writeFile(file, written)
  else if ((await readFile(file, 'utf8')) !== written) {
    // A frozen format: either the code is wrong, or this is a new version of the types.
    console.error(`protocol/vectors/${name}.json is not what the code gives`)
    process.exitCode = 1
  }
}
