import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { cidText } from './cid-text.ts'

test('a CID has the text that IPFS gives it', () => {
  // Computed with the multiformats package.
  const known = {
    '': 'bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku',
    storgo: 'bafkreidi6i7sdkuksm76f45ol6kjsqcy4m7karo7an4j4ynnnctt7byrxq',
  }
  for (const [content, text] of Object.entries(known)) {
    assert.equal(cidText(createHash('sha256').update(content).digest()), text)
  }
})
