/** Asks the collector of `../ingest.ts` what would hold, fill or end a database, one question after the other. */

export interface AttackReport {
  readonly asked: number
  /** With an answer to the question; all others were refused, or ended by a limit. */
  readonly answered: number
  /** From the last of them to the answer to a plain question. */
  readonly nextAnswerMs: number
}

const questions: readonly string[] = [
  'SELECT count(*) FROM events a, events b, events c, events d',
  'SELECT lag(seq, -9223372036854775808) OVER () FROM events',
  "SELECT length(repeat('x', 1000000000)) FROM events",
  'SELECT list_sort(range(100000000))',
  'SELECT equi_width_bins(0, 1e300, 1000000, true)',
  "SELECT string_agg(data::VARCHAR, '') FROM events a, range(1000)",
  'WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r) SELECT max(i) FROM r',
  "SELECT count(*) FROM events WHERE regexp_matches(repeat(data::VARCHAR, 1000), '(a*)*b')",
]
const pauseMs = 50
const patienceMs = 60_000

/** @param collector its `http:` URL */
export async function attackUntil(isOver: () => boolean, collector: string): Promise<AttackReport> {
  let asked = 0
  let answered = 0
  while (!isOver()) {
    const isAnswered = await ask(collector, questions[asked++ % questions.length] as string)
    if (isAnswered) answered++
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  const startedMs = performance.now()
  while (!(await ask(collector, 'SELECT 1')) && performance.now() - startedMs < patienceMs) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return { asked, answered, nextAnswerMs: performance.now() - startedMs }
}

/** Was there an answer? */
async function ask(collector: string, sql: string): Promise<boolean> {
  try {
    const response = await fetch(`${collector}/api/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql }),
      signal: AbortSignal.timeout(patienceMs),
    })
    await response.text()
    return response.ok
  } catch {
    return false
  }
}
