/** Names what a model must never do. */
export class Violation extends Error {}

/** @throws {Violation} */
export function expectThat(holds: boolean, words: () => string): void {
  if (!holds) throw new Violation(words())
}
