/** Says what is wrong with a line of a question's file. Whoever reads the file catches it, and goes on with the other lines. */
export class LineProblem extends Error {
  /** Counted from the line that was being read. */
  readonly lineOffset: number

  constructor(expected: string, got: string, lineOffset = 0) {
    super(`Expected ${expected}, got ${got === '' ? 'nothing' : got.slice(0, maxShown)}`)
    this.lineOffset = lineOffset
  }
}

const maxShown = 80
