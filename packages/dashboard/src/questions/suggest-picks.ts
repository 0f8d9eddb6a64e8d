/** Picks what a question is about, where nobody has: by the words that its file gives for each parameter. */
import type { Question } from '@downlink/collector'
import { type Picks, pickOfTypes } from './bind-question.ts'
import type { Offers } from './offers.ts'

/**
 * A name that is the word comes before one that has it in it. Where no name has any of the words nothing is picked: an
 * answer about something else would look like one.
 *
 * @param fieldsOf what is known of a type's payload
 */
export function suggestPicks(
  { parameters }: Question,
  given: Picks,
  { types, builds, labels }: Offers,
  fieldsOf: (type: string) => readonly string[],
): Picks {
  const picks = new Map(given)
  for (const parameter of parameters) {
    if (picks.has(parameter.name) || parameter.default !== undefined) continue
    if (parameter.kind === 'types') {
      const found = parameter.like.flatMap((word) => bestOf(types, [word]) ?? [])
      if (found.length > 0) picks.set(parameter.name, pickOfTypes([...new Set(found)].slice(0, parameter.max)))
      continue
    }
    const names = {
      type: () => types,
      field: () => fieldsOf(picks.get(parameter.kind === 'field' ? parameter.of : '') ?? ''),
      label: () => [...labels.keys()],
      build: () => builds,
    }
    const known = Object.hasOwn(names, parameter.kind) ? names[parameter.kind as keyof typeof names]() : []
    const best = bestOf(known, parameter.like)
    if (best !== undefined) picks.set(parameter.name, best)
  }
  return picks
}

function bestOf(names: readonly string[], words: readonly string[]): string | undefined {
  for (const word of words.map((each) => each.toLowerCase())) {
    const best =
      names.find((name) => name.toLowerCase() === word) ?? names.find((name) => name.toLowerCase().includes(word))
    if (best !== undefined) return best
  }
  return undefined
}
