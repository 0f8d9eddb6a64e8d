/** Asks for the newest sessions, again and again while somebody looks. */

import type { Ledger } from '@downlink/collector'
import { useCallback, useEffect, useState } from 'react'
import { ApiError, fetchSessions } from '../api.ts'

export interface Sessions {
  /** `locked`: a read token has to be shown first. */
  readonly status: 'loading' | 'here' | 'locked' | 'failed'
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
      const status = error instanceof ApiError && error.status === 401 ? 'locked' : 'failed'
      const fault = error instanceof ApiError ? error.message : 'The collector does not answer.'
      setPage((before) => ({ ...before, status, fault }))
    }
  }, [shown])

  const { status } = page
  useEffect(() => {
    if (status === 'locked') return
    void load()
    const timer = setInterval(() => {
      if (!document.hidden) void load()
    }, intervalMs)
    return () => clearInterval(timer)
  }, [load, status])

  return { ...page, more: () => setShown(Math.min(maxShown, shown + pageSize)), reload: load }
}
