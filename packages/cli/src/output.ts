/** Where the command writes: a stream of the process, or what stands for one in a test. */

export interface OutputPort {
  write(text: string): unknown
  /** Whether somebody watches, who can do with colours and a line that is rewritten. */
  readonly isTTY?: boolean | undefined
  /** Width of the terminal. */
  readonly columns?: number | undefined
}
