/** Gathers what of a client's words was not taken, as sentences for a developer. */

export interface LeftOut {
  /** @param sentence is made only where it is kept, for it writes down what came */
  add(sentence: () => string): void
  /** Undefined where all was taken. */
  sentences(): readonly string[] | undefined
}

/** Sentences that are worth reading; the last one counts the others. */
const maxSentences = 8
const maxSentenceLength = 200

export function createLeftOut(): LeftOut {
  const kept: string[] = []
  let count = 0
  return {
    add(sentence) {
      count++
      if (kept.length < maxSentences) kept.push(sentence().slice(0, maxSentenceLength))
    },
    sentences() {
      if (count === 0) return undefined
      return count <= maxSentences ? kept : [...kept.slice(0, -1), `and ${count - maxSentences + 1} more were left out`]
    },
  }
}
