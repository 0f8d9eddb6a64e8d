/**
 * Guards the store's process against entries that end it: names what is about to be written, so that whoever starts the
 * process again knows what the last one died of, and has suspects written event by event.
 */
import { isSame, type Position } from '../log/read-log.ts'
import type { StoreGroup } from './event-store.ts'

/** What is about to be written. */
export type SinkWork =
  /** What stands here in the log: a group of entries, or an operation. */
  | { readonly kind: 'range'; readonly from: Position | undefined }
  | { readonly kind: 'event'; readonly event: EventName }

export interface EventName {
  readonly sessionId: string
  readonly seq: number
}

/** What is known of the processes before. */
export interface SinkOrders {
  /** Written before any read is served, so that no query is taken for its culprit. */
  readonly alone: SuspectRange | undefined
  /** Written event by event. */
  readonly oneByOne: SuspectRange | undefined
  /** Never given to the database: they are rejected as unstorable. */
  readonly culprits: readonly EventName[]
}

/** Of the log: the group or the operation that begins here. A group ends where it ended before, or takes along what came since. */
export interface SuspectRange {
  readonly from: Position | undefined
}

export interface PoisonGuardOptions {
  readonly orders: SinkOrders
  /** Told before it begins, and `undefined` once that is over. */
  readonly onWork: (work: SinkWork | undefined) => void
  /** Keeps the text of an event that can't be in the database. */
  readonly keepText: (event: EventName, text: string) => Promise<void>
}

const noSuspects: PoisonGuardOptions = {
  orders: { alone: undefined, oneByOne: undefined, culprits: [] },
  onWork() {},
  keepText: async () => {},
}

export interface PoisonGuard {
  /** The store stands here. A suspect range that begins elsewhere was written after all. */
  startAt(position: Position | undefined): void
  /** Names a group that is about to be written. @returns it as it may be; undefined where it has to be taken apart */
  beginGroup(group: StoreGroup): StoreGroup | undefined
  /** Names an event that is about to be tried. @returns false for a culprit, whose text is kept instead where it is given */
  beginEvent(event: EventName, text?: string): Promise<boolean>
  /** Names an operation that is about to be applied, and ends here. @returns false where processes have ended with it, again and again */
  beginOperation(end: Position): boolean
  /** What was begun is over, and the process is still there. */
  end(isWritten: boolean): void
}

export function createPoisonGuard({ orders, onWork, keepText }: PoisonGuardOptions = noSuspects): PoisonGuard {
  const culprits = new Set(orders.culprits.map(nameOf))
  const cleared = new Set<string>()
  let suspect = orders.oneByOne
  let suspectEnd: Position | undefined
  let position: Position | undefined
  let onWritten = (): void => {}

  return {
    startAt(start) {
      position = start
      // Its last death came after its commit.
      if (suspect && !isSame(suspect.from, position)) suspect = undefined
    },

    beginGroup(group) {
      if (suspect) suspectEnd ??= group.position
      const isSuspect = suspect !== undefined || culprits.size > 0
      const unseen = isSuspect ? namesIn(group).filter((name) => !cleared.has(name)) : []
      if (unseen.some((name) => suspect !== undefined || culprits.has(name))) return undefined
      onWork({ kind: 'range', from: position })
      onWritten = () => moveTo(group.position)
      return { ...group, rejected: group.rejected.map(withoutText) }
    },

    async beginEvent(event, text) {
      const name = nameOf(event)
      if (culprits.has(name)) {
        if (text !== undefined) await keepText(event, text)
        return false
      }
      onWork({ kind: 'event', event })
      onWritten = () => void cleared.add(name)
      return true
    },

    beginOperation(end) {
      const isSuspect = suspect !== undefined && isSame(suspect.from, position)
      onWork({ kind: 'range', from: position })
      onWritten = () => {
        moveTo(end)
        if (isSuspect) suspect = undefined
      }
      return !isSuspect
    },

    end(isWritten) {
      onWork(undefined)
      if (isWritten) onWritten()
    },
  }

  /** What the process died of is not to be given to it in another column. */
  function withoutText(rejected: StoreGroup['rejected'][number]): StoreGroup['rejected'][number] {
    return culprits.has(nameOf(rejected)) ? { ...rejected, raw: '', context: undefined } : rejected
  }

  function moveTo(next: Position): void {
    position = next
    if (isSame(suspectEnd, next)) suspect = undefined
  }
}

const nameOf = ({ sessionId, seq }: EventName): string => `${sessionId}:${seq}`

const namesIn = ({ events }: StoreGroup): readonly string[] =>
  events.flatMap(({ sessionId, events: own }) => own.map(({ seq }) => nameOf({ sessionId, seq })))
