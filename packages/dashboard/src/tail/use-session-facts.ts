/** Looks up builds and labels of the sessions in the tail, while a filter needs them. */
import { useEffect, useRef, useState } from 'react'
import { runQuery } from '../api.ts'
import { type Dialect, parsedJson } from '../dialect/dialect.ts'
import type { SessionFacts } from './tail-filter.ts'

type Facts = ReadonlyMap<string, SessionFacts>

/** At most so many at once, and so often: thousands of sessions may come in a minute. */
const maxLookedUp = 200
const pauseMs = 1000
const maxKept = 5000

/** @param wanted ids of the sessions in the tail, the newest first; none: nothing is looked up */
export function useSessionFacts(wanted: readonly string[], { quoteText }: Dialect): Facts {
  const [facts, setFacts] = useState<Facts>(new Map())
  const latest = useRef({ wanted, facts })
  latest.current = { wanted, facts }
  const isWanted = wanted.length > 0

  useEffect(() => {
    if (!isWanted) return
    const controller = new AbortController()
    const { signal } = controller
    let timer = 0
    const lookUp = async (): Promise<void> => {
      const { wanted: ids, facts: known } = latest.current
      const unknown = [...new Set(ids)].filter((id) => !known.has(id)).slice(0, maxLookedUp)
      // Where the database is away they are asked for again.
      const found = unknown.length === 0 ? [] : await fetchFacts(unknown.map(quoteText), signal).catch(() => [])
      if (signal.aborted) return
      if (found.length > 0) setFacts(new Map([...[...known].slice(-maxKept), ...found]))
      timer = window.setTimeout(lookUp, pauseMs)
    }
    void lookUp()
    return () => {
      controller.abort()
      clearTimeout(timer)
    }
  }, [isWanted, quoteText])

  return facts
}

async function fetchFacts(
  quotedIds: readonly string[],
  signal: AbortSignal,
): Promise<readonly (readonly [string, SessionFacts])[]> {
  const sql = `SELECT session_id, build, labels FROM sessions WHERE session_id IN (${quotedIds.join(', ')})`
  const { rows } = await runQuery(sql, signal)
  return rows.map(([id, build, labels]) => [
    String(id),
    { build: String(build ?? ''), labels: labelsOf(parsedJson(labels)) },
  ])
}

const labelsOf = (value: unknown): SessionFacts['labels'] =>
  typeof value === 'object' && value !== null ? { ...value } : {}
