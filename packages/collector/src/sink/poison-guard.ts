/**
 * A decorator for the store, for entries that end its whole process: it names what it is about to write, so that whoever
 * starts the process again knows what the last one died of, and has suspects written event by event.
 */
import type { Position } from '../log/read-log.ts'
import type { EventStore, StoreGroup, WriteOutcome } from './event-store.ts'

/** What is about to be written. */
export type SinkWork =
  | { readonly kind: 'group'; readonly from: Position | undefined }
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

/** Of the log: the group that begins here. It ends where it ended before, or takes along what came since. */
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

export function guardAgainstPoison(store: EventStore, options: PoisonGuardOptions): EventStore {
  const { orders, onWork, keepText } = options
  const culprits = new Set(orders.culprits.map(nameOf))
  const cleared = new Set<string>()
  let suspect = orders.oneByOne
  let suspectEnd: Position | undefined
  let position: Position | undefined

  return {
    async readPosition() {
      position = await store.readPosition()
      // Its last death came after its commit.
      if (suspect && !isSame(suspect.from, position)) suspect = undefined
      return position
    },

    readSessions: (ids) => store.readSessions(ids),

    async write(group) {
      if (suspect) suspectEnd ??= group.position
      const isSuspect = suspect !== undefined || culprits.size > 0
      const unseen = isSuspect ? namesIn(group).filter((name) => !cleared.has(name)) : []
      // Refused as a whole, it is taken apart by the sink, and each event is tried.
      if (unseen.some((name) => suspect !== undefined || culprits.has(name)))
        return { kind: 'refused', reason: suspicion }
      onWork({ kind: 'group', from: position })
      const outcome = await store.write({ ...group, rejected: group.rejected.map(withoutText) })
      onWork(undefined)
      if (outcome.kind === 'written') moveTo(group.position)
      return outcome
    },

    async tryEvent(run): Promise<WriteOutcome> {
      const [accepted] = run.events
      if (!accepted) return store.tryEvent(run)
      const event = { sessionId: run.sessionId, seq: accepted.seq }
      if (culprits.has(nameOf(event))) {
        await keepText(event, accepted.event.json)
        return { kind: 'refused', reason: conviction }
      }
      onWork({ kind: 'event', event })
      const outcome = await store.tryEvent(run)
      onWork(undefined)
      if (outcome.kind === 'written') cleared.add(nameOf(event))
      return outcome
    },
  }

  /** What the process died of is not to be given to it in another column. */
  function withoutText(rejected: StoreGroup['rejected'][number]): StoreGroup['rejected'][number] {
    return culprits.has(nameOf(rejected)) ? { ...rejected, raw: '' } : rejected
  }

  function moveTo(next: Position): void {
    position = next
    if (isSame(suspectEnd, next)) suspect = undefined
  }
}

const suspicion = 'An entry of this group ended the process, and is looked for'
const conviction = 'It ended the process of the database each time that it was written; its text is in a file'

const nameOf = ({ sessionId, seq }: EventName): string => `${sessionId}:${seq}`

const namesIn = ({ events }: StoreGroup): readonly string[] =>
  events.flatMap(({ sessionId, events: own }) => own.map(({ seq }) => nameOf({ sessionId, seq })))

export const isSame = (one: Position | undefined, other: Position | undefined): boolean =>
  one?.segment === other?.segment && one?.offset === other?.offset
