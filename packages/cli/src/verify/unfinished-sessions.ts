/** Tells of sessions that were not acknowledged in full how their links stand: why nothing goes on, and where to look. */
import type { LinkState } from '@downlink/client'
import { counted } from '../output.ts'
import type { Client } from './client.ts'

/** A session of which the collector did not acknowledge all that was pushed. */
export interface UnfinishedSession {
  readonly sessionId: string
  /** Events that are not acknowledged. */
  readonly unacked: number
  /** What its client says of its link. `stopped`: for good. */
  readonly link: LinkState['status']
  /** Why it has stopped. */
  readonly reason?: string | undefined
  /** Attempts since it last worked. */
  readonly attempt?: number | undefined
  /** With what code it was closed at last. */
  readonly lastCode?: number | undefined
  /** The collector's sentence beside that. */
  readonly message?: string | undefined
}

type WatchedClient = Pick<Client, 'sessionId' | 'status'> & { readonly acks: Pick<Client['acks'], 'pushed' | 'acked'> }

export const unfinishedOf = (clients: readonly WatchedClient[]): readonly UnfinishedSession[] =>
  clients
    .filter(({ acks, status }) => acks.acked < acks.pushed || status().status === 'stopped')
    .map(({ sessionId, acks, status }) => {
      const { status: link, ...details } = status()
      return { sessionId, unacked: acks.pushed - acks.acked, link, ...reasonsIn(details) }
    })

function reasonsIn(details: object): Pick<UnfinishedSession, 'reason' | 'attempt' | 'lastCode' | 'message'> {
  const { reason, attempt, lastCode, message } = details as Partial<UnfinishedSession>
  return { reason, attempt, lastCode, message }
}

/** @example '0190…: 300 events not acknowledged, its link is waiting, attempt 4, closed with 1013 (Come back later)' */
export function unfinishedText(session: UnfinishedSession): string {
  const { sessionId, unacked, link, reason, attempt = 0, lastCode, message } = session
  const facts = [`${counted(unacked, 'event')} not acknowledged`]
  facts.push(link === 'stopped' ? `its link has stopped for good: ${reason}` : `its link is ${link}`)
  if (attempt > 0) facts.push(`attempt ${attempt}`)
  if (lastCode !== undefined) facts.push(`closed with ${lastCode}`)
  return `${sessionId}: ${facts.join(', ')}${message === undefined ? '' : ` (${message})`}`
}
