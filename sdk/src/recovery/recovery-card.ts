import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english'
import { StorgoError } from '@storgo/protocol'
import { type Deployment, parseDeployment } from '../chain/deployment.ts'

/** All that leads to an account's files again, with no wallet, portal or indexer. Secret: it reads and writes all of them. */
export type RecoveryCard = {
  /** 32 bytes. */
  masterKey: Uint8Array
  deployment: Deployment
  /** Where the chain answered when the card was made; another endpoint of the same chain does as well. */
  rpcUrl: string
  volumeIds: readonly bigint[]
  /** When it was made, `YYYY-MM-DD`. */
  madeOn: string
}

const TITLE = 'STORGO RECOVERY CARD'
const WORDS = 24
const WORDS_A_LINE = 4
/** Largest card read. */
const MAX_CARD_BYTES = 1 << 14
const MAX_VOLUMES = 256

/** The card as text for paper: the master key as 24 words (BIP-39, English). */
export function formatRecoveryCard({ masterKey, deployment, rpcUrl, volumeIds, madeOn }: RecoveryCard): string {
  const words = entropyToMnemonic(masterKey, wordlist).split(' ')
  const lines = Array.from({ length: WORDS / WORDS_A_LINE }, (_, row) =>
    words
      .slice(row * WORDS_A_LINE, (row + 1) * WORDS_A_LINE)
      .map((word, i) => `${String(row * WORDS_A_LINE + i + 1).padStart(2)}. ${word.padEnd(9)}`)
      .join(' ')
      .trimEnd(),
  )
  const { chainId, block, ...contracts } = deployment
  return [
    TITLE,
    'Keep it secret and off computers: whoever has it can read and change all your files.',
    '',
    ...lines,
    '',
    `made on:  ${madeOn}`,
    `chain:    ${chainId}`,
    `endpoint: ${rpcUrl}`,
    `volumes:  ${volumeIds.join(' ')}`,
    `since block: ${block}`,
    ...Object.entries(contracts).map(([name, address]) => `contract ${name}: ${address}`),
    '',
    'On any machine: storgo recover --card FILE',
    '',
  ].join('\n')
}

/** Reads a card, also one that was typed off paper: spaces and line breaks do not count. @throws {StorgoError} `REQUEST_INVALID`. */
export function parseRecoveryCard(text: string): RecoveryCard {
  if (text.length > MAX_CARD_BYTES) throw invalid(`it has more than ${MAX_CARD_BYTES} characters`)
  const words = [...text.matchAll(/(?<!\d)(\d{1,2})\.\s+([a-z]+)/gu)]
  if (words.length !== WORDS || words.some(([, number], i) => Number(number) !== i + 1)) {
    throw invalid(`it needs the words 1 to ${WORDS} in their order`)
  }
  const masterKey = entropyOf(words.map(([, , word]) => word).join(' '))
  const contracts = [...text.matchAll(/^\s*contract (\w+):\s*(\S+)/gmu)].map(([, name, address]) => [name, address])
  const chain = { chainId: Number(field(text, 'chain')), block: Number(field(text, 'since block')) }
  const volumeIds = field(text, 'volumes').split(/\s+/u).filter(Boolean)
  if (volumeIds.length > MAX_VOLUMES || volumeIds.some((id) => !/^[1-9]\d{0,18}$/u.test(id))) {
    throw invalid('its volumes are not numbers')
  }
  return {
    masterKey,
    deployment: parseDeployment({ ...chain, ...Object.fromEntries(contracts) }),
    rpcUrl: field(text, 'endpoint'),
    volumeIds: volumeIds.map(BigInt),
    madeOn: field(text, 'made on'),
  }
}

function entropyOf(mnemonic: string): Uint8Array {
  try {
    return mnemonicToEntropy(mnemonic, wordlist)
  } catch {
    // The library's error has the words in it.
    throw invalid('a word is mistyped: the words do not check')
  }
}

function field(text: string, name: string): string {
  const value = new RegExp(`^\\s*${name}:[ \\t]*(.*)$`, 'mu').exec(text)?.[1]?.trim()
  if (value === undefined) throw invalid(`it has no line “${name}:”`)
  return value
}

function invalid(why: string): StorgoError {
  return new StorgoError('REQUEST_INVALID', `this is not a recovery card: ${why}`)
}
