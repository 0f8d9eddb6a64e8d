/** Declares a target of the fuzz: a part of Downlink that reads what others wrote, and the inputs that it is given. */
import type fc from 'fast-check'

export interface Target {
  readonly name: string
  /** For `--help`. */
  readonly about: string
  /** Of the time of all targets, in parts. */
  readonly share: number
  /** Makes a fresh subject. */
  open(): Promise<Subject>
}

export interface SessionFigures {
  /** What it said, each of which was acknowledged. */
  readonly acks: number
  readonly medianMs: number
  readonly p99Ms: number
  /** Queries with which the store was ended, as no interrupt reached them; and after how long it answered again at most. */
  readonly killedQueries: number
  readonly slowestBackMs: number
}

/** What is under trial. An input is JSON, so that one which does harm can be kept as a file. */
export interface Subject<Input = unknown> {
  readonly inputs: fc.Arbitrary<Input>
  /** Inputs that are tried at once. */
  readonly lanes: number
  /** How long an input may take. @default 1000 */
  readonly slowMs?: number
  /** How many there are in one: the frames of a connection count each. */
  countOf(input: Input): number
  /** Rejects where the input does harm. */
  try(input: Input): Promise<void>
  /** Rejects where something is wrong with what all inputs so far have left behind. */
  check(): Promise<void>
  /** Bytes of memory that are in use. */
  heldBytes(): Promise<number>
  /**
   * Something harmless, which takes as long as it does because the machine is busy: what is slow beside it is judged by
   * that. Without it this process does all of the work, and is judged by what it computes.
   */
  control?(): Promise<void>
  /** How the well-behaved session beside all inputs has fared. */
  session?(): SessionFigures
  close(): Promise<void>
}
