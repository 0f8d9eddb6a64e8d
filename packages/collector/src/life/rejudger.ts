/** Judges anew what schemas have rejected, a page at a time: what those of today accept is moved into the events. */
import { readKeptElement } from '../commit/kept-element.ts'
import { addRejections, type RejectionCount } from '../commit/operation.ts'
import type { Rejection, RejectionPlace } from '../query/rejections.ts'
import type { EventValidator } from '../session/event-validator.ts'
import type { Operations } from './operations.ts'
import type { RetryingStore } from './retrying-store.ts'

export interface Rejudger {
  /**
   * By session and sequence. What expires or is forgotten meanwhile is passed over.
   *
   * @throws {CollectorError} `store_unavailable`: what was moved before stays so
   */
  rejudge(request: RejudgeRequest, onProgress?: (progress: RejudgeProgress) => void): Promise<Rejudged>
}

export interface RejudgeRequest {
  /** Only events of this type. */
  readonly type: string | undefined
  /** Only counts what would be moved. */
  readonly dryRun: boolean
}

export interface Rejudged {
  /** Rejected events that were looked at, whose text is there. */
  readonly judged: number
  /** Of them: are stored now. */
  readonly events: number
  /** The same, by type and by the code that they were rejected with. */
  readonly counts: readonly RejectionCount[]
}

export interface RejudgeProgress extends Pick<Rejudged, 'judged' | 'events'> {
  /** From 0 to 1. */
  readonly share: number
}

export interface RejudgerOptions {
  readonly operations: Operations
  readonly store: Pick<RetryingStore, 'ask'>
  readonly validator: EventValidator
}

/** A rejected event that would be accepted today. */
interface Passing extends RejectionPlace {
  readonly type: string
  readonly code: string
}

export function createRejudger({ operations, store, validator }: RejudgerOptions): Rejudger {
  return {
    async rejudge({ type, dryRun }, onProgress) {
      let [judged, seen] = [0, 0]
      let counts: readonly RejectionCount[] = []
      for (let after: RejectionPlace | undefined; ; ) {
        const { rejections, left } = await store.ask({ kind: 'rejections', after })
        const last = rejections.at(-1)
        if (!last) return { judged, events: totalOf(counts), counts }
        const page = judgePage(rejections, type)
        counts = addRejections([...counts, ...(dryRun ? page.passing.map(countOf) : await move(page.passing))])
        judged += page.judged
        onProgress?.({ judged, events: totalOf(counts), share: (seen + rejections.length) / (seen + left) })
        seen += rejections.length
        after = { sessionId: last.sessionId, seq: last.seq }
      }
    },
  }

  function judgePage(rejections: readonly Rejection[], wanted: string | undefined) {
    const passing: Passing[] = []
    let judged = 0
    for (const { sessionId, seq, code, raw, receivedAt, delivery } of rejections) {
      const element = readKeptElement(raw)
      if (!element || (wanted !== undefined && typeOf(element.value) !== wanted)) continue
      judged++
      const result = delivery === 'plain' ? validator.plain(element, receivedAt) : validator.acked(element)
      if (result.ok) passing.push({ sessionId, seq, code, type: result.value.type })
    }
    return { judged, passing }
  }

  async function move(passing: readonly Passing[]): Promise<readonly RejectionCount[]> {
    if (passing.length === 0) return []
    const events = passing.map(({ sessionId, seq }) => ({ sessionId, seq }))
    const { moved = [] } = await operations.run({ kind: 'rejudge', events })
    return moved
  }
}

const typeOf = (value: unknown): unknown => (value as { readonly type?: unknown } | null)?.type

const countOf = ({ type, code }: Passing): RejectionCount => ({ type, code, events: 1 })

const totalOf = (counts: readonly RejectionCount[]): number => counts.reduce((sum, { events }) => sum + events, 0)
