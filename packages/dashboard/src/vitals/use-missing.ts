/** Asks now and then how many events all sessions together lost, which only their ledgers tell. */
import { useEffect, useState } from 'react'
import { fetchSessions } from '../api.ts'

const intervalMs = 5000

export function useMissing(): number | undefined {
  const [missing, setMissing] = useState<number>()
  useEffect(() => {
    let timer = 0
    let isOver = false
    const ask = async (): Promise<void> => {
      // While the database is away, the last answer stands.
      const page = document.hidden ? undefined : await fetchSessions(1).catch(() => undefined)
      if (isOver) return
      if (page) setMissing(page.missing)
      timer = window.setTimeout(ask, intervalMs)
    }
    void ask()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [])
  return missing
}
