/** Holds the socket that a session is on, and counts what is outstanding of the session while it is on none. */
import type { SessionRecord } from '../commit/session-record.ts'

/** The socket that a session is on. */
export interface Link {
  /** Of the connection: higher with each. On the wire it is `conn`. */
  readonly epoch: number
  /** A higher `epoch` took over, here or at another collector. */
  replaced(): void
  /** The session was given up; its committed sequence must be read again. */
  failed(): void
}

export interface SessionLink {
  readonly isUp: boolean
  /** False where a link with the same or a higher `epoch` is up. */
  attach(newer: Link): boolean
  detach(leaving: Link): void
  /**
   * Tells the link that the session was given up, and lets it go.
   *
   * @param epoch the highest that went on with the session: where it is above the link's, that is replaced
   */
  fail(epoch?: number): void
  /** The record is another now. */
  countOutstanding(record: SessionRecord): void
}

export interface SessionLinkOptions {
  readonly onSocket: (isOpen: boolean) => void
  /** By how many events more, or fewer, are outstanding. */
  readonly onOutstanding: (events: number) => void
}

/** @param record as the log has it; sessions that are not in memory are counted as if they had no link */
export function createSessionLink(
  record: SessionRecord | undefined,
  { onSocket, onOutstanding }: SessionLinkOptions,
): SessionLink {
  let current = record
  let link: Link | undefined
  let outstanding = record ? record.pushed - record.committedSeq : 0

  return {
    get isUp() {
      return link !== undefined
    },

    attach(newer) {
      if (link && link.epoch >= newer.epoch) return false
      if (!link) onSocket(true)
      link?.replaced()
      link = newer
      count()
      return true
    },

    detach(leaving) {
      if (link === leaving) release()
    },

    fail(epoch = 0) {
      if (!link) return
      if (epoch > link.epoch) link.replaced()
      else link.failed()
      release()
    },

    countOutstanding(committed) {
      current = committed
      count()
    },
  }

  function release(): void {
    link = undefined
    onSocket(false)
    count()
  }

  function count(): void {
    const expectsMore = link !== undefined && !current?.ended
    const next = current && !expectsMore ? current.pushed - current.committedSeq : 0
    if (next !== outstanding) onOutstanding(next - outstanding)
    outstanding = next
  }
}
