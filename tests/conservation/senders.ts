/** Declares what sends the events of a run: clients that are models, or pages with the real client. */
import type { Content } from './model-database.ts'

export interface Senders {
  /** One thing that somebody at a game does: pushes, leaves, comes back. */
  play(): Promise<void> | void
  /** One thing that happens to a link. */
  communicate(): Promise<void> | void
  /** Somebody who has a session's id, and not its proof, sends an event. */
  impersonate(): void
  /** All links are closed, and opened again. */
  hangUp(): void
  /** The collector has gone. */
  loseLinks(): void
  /** What was pushed so far may be lost from now on, if it is counted. */
  endanger(): void
  /** From now on nobody leaves, and no link fails. */
  calm(): Promise<void> | void
  /** Nothing is left to be sent or heard. */
  readonly isDone: boolean
  /** The acknowledged sequence of each session. */
  acked(): ReadonlyMap<string, number>
  /** @throws {Violation} where the database tells another story */
  check(content: Content): void
}
