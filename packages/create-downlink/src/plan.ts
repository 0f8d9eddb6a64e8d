/** Declares what is to be done for a game. */
import type { Change } from './change.ts'

/** What brings a collector, with the game or beside it. */
export type CollectorSource =
  /** A command; `page` finds the address of the collector's page in what it says. */
  | { readonly kind: 'start'; readonly command: readonly string[]; readonly page: RegExp }
  /** One that is there already; `page` is its address, with a slash at its end. */
  | { readonly kind: 'running'; readonly page: string }

export interface Plan {
  /** What it is, as `This is …` goes on. */
  readonly game: string
  /** What else is to be known before it is done, a sentence each. */
  readonly notes: readonly string[]
  /** None where it has them all. */
  readonly changes: readonly Change[]
  readonly install: readonly (readonly string[])[]
  readonly collector: CollectorSource
  /** What a human has to do for an event to come. */
  readonly invitation: string
  /** Why no page might have connected. */
  readonly whereToLook: string
}
