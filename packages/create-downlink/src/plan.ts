/** Declares what is to be done for a game. */
import type { Change } from './change.ts'

export interface Plan {
  /** What it is, as `This is …` goes on. */
  readonly game: string
  /** None where it has them all. */
  readonly changes: readonly Change[]
  readonly install: readonly (readonly string[])[]
  /** Runs a collector, with the game or beside it. */
  readonly start: readonly string[]
  /** Finds the address of the collector's page in what that says, with a slash at its end. */
  readonly collectorPage: RegExp
  /** What a human has to do for an event to come. */
  readonly invitation: string
  /** Why no page might have connected. */
  readonly whereToLook: string
}
