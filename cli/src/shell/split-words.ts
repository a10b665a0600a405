/** A line as words. `last` begins where the last word does, which is empty after a space; `open` while a quote is not closed. */
export type Words = { words: string[]; last: number; open: boolean }

/**
 * Splits a line as a POSIX shell does: quotes, double quotes, backslashes, and comments after `#`. Nothing is expanded.
 * The word that a line ends in is always among the words, if only as ''.
 */
export function splitWords(line: string): Words {
  const words: string[] = []
  let word = ''
  let begun = false
  let last = line.length
  let quote: string | undefined
  for (let i = 0; i < line.length; i++) {
    const char = line[i] as string
    if (!begun && quote === undefined && !/\s/u.test(char)) last = i
    if (quote !== undefined) {
      if (char === quote) quote = undefined
      else if (quote === '"' && char === '\\' && /["\\]/u.test(line[i + 1] ?? '')) word += line[++i]
      else word += char
      continue
    }
    if (/\s/u.test(char)) {
      if (begun) words.push(word)
      word = ''
      begun = false
      last = i + 1
      continue
    }
    if (char === '#' && !begun) return { words: [...words, ''], last, open: false }
    begun = true
    if (char === '"' || char === "'") quote = char
    else if (char === '\\' && i + 1 < line.length) word += line[++i]
    else word += char
  }
  return { words: [...words, word], last, open: quote !== undefined }
}

/** `text` so that {@link splitWords} takes it for one word. */
export function quoteWord(text: string): string {
  return text.replaceAll(/[\s'"\\#]/gu, (char) => `\\${char}`)
}
