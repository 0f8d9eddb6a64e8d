/** A line of a question's file is not what it should be; whoever reads the file goes on with the others. */
export class LineProblem extends Error {
  /** Counted from the line that was being read. */
  readonly lineOffset: number

  constructor(expected: string, got: string, lineOffset = 0) {
    super(`Expected ${expected}, got ${got === '' ? 'nothing' : got.slice(0, maxShown)}`)
    this.lineOffset = lineOffset
  }
}

const maxShown = 80
