// Writes protocol/vectors; `write-vectors.ts --check` fails when a file is not what the code gives.
import { readFile, writeFile } from 'node:fs/promises'
import { erasureVectors } from './vectors/erasure.ts'
import { keyVectors } from './vectors/keys.ts'
import { toJson } from './vectors/material.ts'
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
