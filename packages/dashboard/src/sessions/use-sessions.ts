/** Asks for the sessions that a filter lets through, again and again while somebody looks. */
import type { FoundSession } from '@downlink/collector'
import { messageOf } from '@downlink/protocol'
import { useCallback, useEffect, useRef, useState } from 'react'
import { fetchSessions, isLocked, isStoreAway } from '../api.ts'
import type { SessionFilter } from './session-filter.ts'

/** What one search came to. */
interface Found extends Omit<Sessions, 'more' | 'reload'> {
  /** The filter, as text. */
  readonly asked: string
}

type SessionsStatus = 'loading' | 'here' | 'locked' | 'away' | 'failed'

export interface Sessions {
  /** `loading`: what was found before may be there still; `locked`: a read token has to be shown first; `away`: the database is starting. */
  readonly status: SessionsStatus
  /** What went wrong, where something did. */
  readonly fault: string
  readonly found: readonly FoundSession[]
  /** How many the filter lets through. */
  readonly total: number
  /** Events that they lost together. */
  readonly missing: number
  /** When they were asked for, by this page's clock. */
  readonly at: number
  /** Undefined where all are there, or as many as one answer holds. */
  readonly more: (() => void) | undefined
  readonly reload: () => void
}

const intervalMs = 2000
/** A search that takes its time is not asked for again at once. */
const restFactor = 4
/** Who types has not finished the word. */
const typingMs = 200
const pageSize = 50
/** As many as one answer holds. */
const maxShown = 1000

const everything: SessionFilter = {}
const nothing: Found = { asked: '', status: 'loading', fault: '', found: [], total: 0, missing: 0, at: 0 }

export function useSessions(filter: SessionFilter = everything): Sessions {
  const asked = JSON.stringify(filter)
  const [shown, setShown] = useState(pageSize)
  const [round, setRound] = useState(0)
  const [page, setPage] = useState<Found>(nothing)

  const load = useCallback(
    async (signal: AbortSignal) => {
      try {
        const { sessions, total, missing } = await fetchSessions(shown, JSON.parse(asked), signal)
        // It is of a search before.
        if (signal.aborted) return
        setPage({ asked, status: 'here', fault: '', found: sessions, total, missing, at: Date.now() })
      } catch (error) {
        if (signal.aborted) return
        setPage((before) => ({ ...before, asked, status: statusAfter(error), fault: messageOf(error) }))
      }
    },
    [shown, asked],
  )

  const wasAsked = useRef(false)
  const locked = page.status === 'locked'
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round asks the same again
  useEffect(() => {
    if (locked) return
    const controller = new AbortController()
    const { signal } = controller
    let timer = setTimeout(again, wasAsked.current ? typingMs : 0)
    wasAsked.current = true
    async function again(): Promise<void> {
      const startedAt = performance.now()
      if (!document.hidden) await load(signal)
      // One after the other: while the database is away an answer takes longer than the interval.
      const tookMs = performance.now() - startedAt
      if (!signal.aborted) timer = setTimeout(again, Math.max(intervalMs, tookMs * restFactor))
    }
    return () => {
      controller.abort()
      clearTimeout(timer)
    }
  }, [load, locked, round])

  const isMore = page.found.length < page.total && page.found.length < maxShown
  return {
    ...page,
    status: locked || page.asked === asked ? page.status : 'loading',
    more: isMore ? () => setShown(Math.min(maxShown, shown + pageSize)) : undefined,
    reload: () => setRound(round + 1),
  }
}

function statusAfter(error: unknown): SessionsStatus {
  if (isStoreAway(error)) return 'away'
  return isLocked(error) ? 'locked' : 'failed'
}
