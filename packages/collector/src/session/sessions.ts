/** Holds the sessions in memory. Idle ones are let go and read from the log again when they come back. */
import { randomUUID } from 'node:crypto'
import type { Hello } from '@downlink/protocol'
import type { CommitLog, ReadOutcome } from '../commit/commit-log.ts'
import { plainPrefix, type SessionRecord } from '../commit/session-record.ts'
import type { EventValidator } from './event-validator.ts'
import { createSession, type Session } from './session.ts'
import { hashOf, sameHash } from './session-metadata.ts'

type Opening =
  | { readonly kind: 'opened'; readonly session: Session }
  /** The proof is not the one that the session began with. */
  | { readonly kind: 'forbidden' }
  /** Somebody asked for it to be forgotten. */
  | { readonly kind: 'forgotten' }
  | { readonly kind: 'unavailable' }

/** What its sender is told. */
export const forgottenReason = 'This session was forgotten: nothing more of it is taken'

export interface Sessions {
  /** Finds a session, or begins it. */
  open(hello: Pick<Hello, 'session' | 'proof' | 'next'>): Promise<Opening>
  /** Begins a session of the collector's own making, for senders that have none. */
  openPlain(): Session
  /** Those that have a socket. */
  openIds(): readonly string[]
}

export interface SessionsOptions {
  readonly log: CommitLog
  readonly validator: EventValidator
  /** Does a forgotten session that comes back start anew? Else it is refused. @default false */
  readonly restartsForgotten?: boolean
  /** Sessions in memory, beside those that are in use. */
  readonly maxIdle: number
  /** By how many events more, or fewer, are outstanding of sessions that have ended or have no link. */
  readonly onOutstanding: (events: number) => void
  /** A session's socket is up, or gone. */
  readonly onSocket: (sessionId: string, isOpen: boolean) => void
}

export function createSessions(options: SessionsOptions): Sessions {
  const { log, validator, restartsForgotten = false, maxIdle, onOutstanding, onSocket } = options
  const sessions = createRecentSessions(maxIdle, log.release)
  const loading = new Map<string, Promise<Session | undefined>>()
  log.onGivenUp((sessionId) => sessions.get(sessionId)?.giveUp())

  return {
    async open(hello) {
      const proofHash = hashOf(hello.proof)
      const session = sessions.get(hello.session) ?? (await load(hello.session, proofHash, hello.next === 1))
      if (!session) return { kind: 'unavailable' }
      if (!sameHash(session.proofHash ?? '', proofHash)) {
        // Who came first while nobody could tell may be the one who has the session's id off a screen.
        return { kind: log.isConfirmed(session.id) ? 'forbidden' : 'unavailable' }
      }
      // It may be held on to: whoever has the id comes again and again.
      sessions.opened(session)
      return session.isForgotten ? { kind: 'forgotten' } : { kind: 'opened', session }
    },

    openPlain() {
      const id = plainPrefix + randomUUID()
      log.begin(id)
      const session = begin(id, undefined, undefined)
      sessions.opened(session)
      return session
    },

    openIds: sessions.openIds,
  }

  /** Two that ask for the same session at once get the same one: it must have one accepted sequence. */
  function load(sessionId: string, proofHash: string, begins: boolean): Promise<Session | undefined> {
    const under = loading.get(sessionId)
    if (under) return under
    const loaded = log
      .read(sessionId, begins)
      .then((outcome) => (outcome.kind === 'unavailable' ? undefined : beginFrom(outcome, sessionId, proofHash)))
      .finally(() => loading.delete(sessionId))
    loading.set(sessionId, loaded)
    return loaded
  }

  function beginFrom(outcome: Exclude<ReadOutcome, { kind: 'unavailable' }>, id: string, proofHash: string): Session {
    if (outcome.kind !== 'known') return begin(id, proofHash, undefined)
    return begin(id, proofIn(outcome.record, proofHash), outcome.record)
  }

  function begin(id: string, proofHash: string | undefined, record: SessionRecord | undefined): Session {
    const session = createSession({
      id,
      proofHash,
      record,
      restarts: restartsForgotten && record?.forgottenAtMs !== undefined,
      log,
      validator,
      onOutstanding,
      onFailed: sessions.drop,
      onSocket(isOpen) {
        if (isOpen) sessions.attached(session)
        else sessions.detached(session)
        onSocket(id, isOpen)
      },
    })
    sessions.add(session)
    return session
  }
}

/** Beyond `maxIdle` of those that nobody is on, the ones that were left the longest ago are let go. */
function createRecentSessions(maxIdle: number, onDropped: (id: string) => void) {
  const sessions = new Map<string, Session>()
  /** Those without a socket, in order of their last use. */
  const left = new Map<string, Session>()
  let isLettingGo = false
  return {
    get: (id: string) => sessions.get(id),
    openIds: () => [...sessions.values()].filter(({ open }) => open).map(({ id }) => id),
    add: (session: Session) => void sessions.set(session.id, session),

    opened(session: Session): void {
      // One that failed meanwhile was let go, and stays so.
      if (sessions.get(session.id) !== session) return
      if (!session.open) leave(session)
      letGo()
    },

    attached(session: Session): void {
      if (left.get(session.id) === session) left.delete(session.id)
    },

    detached(session: Session): void {
      if (sessions.get(session.id) !== session) return
      leave(session)
      letGo()
    },

    drop,
  }

  function leave(session: Session): void {
    left.delete(session.id)
    left.set(session.id, session)
  }

  /** In the next turn of the loop: of those that were opened in this one, whoever opened them is about to use them. */
  function letGo(): void {
    if (isLettingGo) return
    isLettingGo = true
    setImmediate(() => {
      isLettingGo = false
      for (const oldest of left.values()) {
        if (left.size <= maxIdle) return
        if (oldest.idle) drop(oldest)
      }
    })
  }

  function drop(session: Session): void {
    if (sessions.get(session.id) !== session) return
    sessions.delete(session.id)
    left.delete(session.id)
    onDropped(session.id)
  }
}

/** Damage may take a session's row, and with it the proof: whoever comes first with one goes on. */
const proofIn = ({ delivery, proofHash }: SessionRecord, shown: string): string | undefined =>
  delivery === 'acked' && proofHash === undefined ? shown : proofHash
