/** Asks for the newest sessions, again and again while somebody looks. */

import type { Ledger } from '@downlink/collector'
import { messageOf } from '@downlink/protocol'
import { useCallback, useEffect, useState } from 'react'
import { ApiError, fetchSessions, isStoreAway } from '../api.ts'

export interface Sessions {
  /** `locked`: a read token has to be shown first; `away`: the database is starting. */
  readonly status: 'loading' | 'here' | 'locked' | 'away' | 'failed'
  /** What went wrong, where something did. */
  readonly fault: string
  readonly ledgers: readonly Ledger[]
  readonly total: number
  /** Events that all sessions together lost. */
  readonly missing: number
  /** When they were asked for, by this page's clock. */
  readonly at: number
  readonly more: () => void
  /** Resolves once the answer is there. */
  readonly reload: () => Promise<void>
}

const intervalMs = 2000
const pageSize = 20
const maxShown = 200

export function useSessions(): Sessions {
  const [shown, setShown] = useState(pageSize)
  const [page, setPage] = useState<Omit<Sessions, 'more' | 'reload'>>({
    status: 'loading',
    fault: '',
    ledgers: [],
    total: 0,
    missing: 0,
    at: 0,
  })

  const load = useCallback(async () => {
    try {
      const { sessions, total, missing } = await fetchSessions(shown)
      setPage({ status: 'here', fault: '', ledgers: sessions, total, missing, at: Date.now() })
    } catch (error) {
      setPage((before) => ({ ...before, status: statusAfter(error), fault: messageOf(error) }))
    }
  }, [shown])

  const isLocked = page.status === 'locked'
  useEffect(() => {
    if (isLocked) return
    let timer = 0
    let isOver = false
    // One after the other: while the database is away an answer takes longer than the interval.
    const goOn = (): void => {
      if (!isOver) timer = window.setTimeout(again, intervalMs)
    }
    const again = (): void => {
      if (document.hidden) goOn()
      else void load().then(goOn)
    }
    void load().then(goOn)
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [load, isLocked])

  return { ...page, more: () => setShown(Math.min(maxShown, shown + pageSize)), reload: load }
}

function statusAfter(error: unknown): Sessions['status'] {
  if (isStoreAway(error)) return 'away'
  return error instanceof ApiError && error.status === 401 ? 'locked' : 'failed'
}
