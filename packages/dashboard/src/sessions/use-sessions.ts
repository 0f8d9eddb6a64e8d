/** The newest sessions, asked for again and again while somebody looks. */
import { useCallback, useEffect, useState } from 'react'
import { ApiError, fetchSessions } from '../api.ts'
import type { Ledger } from '../api-types.ts'

export interface Sessions {
  /** `locked`: a read token has to be shown first. */
  readonly state: 'loading' | 'here' | 'locked' | 'failed'
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
const most = 200

export function useSessions(): Sessions {
  const [shown, setShown] = useState(pageSize)
  const [page, setPage] = useState<Omit<Sessions, 'more' | 'reload'>>({
    state: 'loading',
    fault: '',
    ledgers: [],
    total: 0,
    missing: 0,
    at: 0,
  })

  const load = useCallback(async () => {
    try {
      const { sessions, total, missing } = await fetchSessions(shown)
      setPage({ state: 'here', fault: '', ledgers: sessions, total, missing, at: Date.now() })
    } catch (error) {
      const state = error instanceof ApiError && error.status === 401 ? 'locked' : 'failed'
      const fault = error instanceof ApiError ? error.message : 'The collector does not answer.'
      setPage((before) => ({ ...before, state, fault }))
    }
  }, [shown])

  const { state } = page
  useEffect(() => {
    if (state === 'locked') return
    void load()
    const timer = setInterval(() => {
      if (!document.hidden) void load()
    }, intervalMs)
    return () => clearInterval(timer)
  }, [load, state])

  return { ...page, more: () => setShown(Math.min(most, shown + pageSize)), reload: load }
}
