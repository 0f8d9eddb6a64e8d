/** Asks the collector of `../ingest.ts` what would hold, fill or end a database, by several askers at once. */
import { join } from 'node:path'

/** The collector's own tests have the list. They are no part of its package, so it is found by its path. */
const listed = join(import.meta.dirname, '..', '..', 'packages', 'collector', 'test', 'attack-queries.ts')

interface AttackQuery {
  readonly sql: string
  readonly becomes: string
}

export interface AttackReport {
  readonly asked: number
  /** With an answer to the question; all others were refused, or ended by a limit. */
  readonly answered: number
  /** From the last of them to the answer to a plain question. */
  readonly nextAnswerMs: number
}

const askers = 4
const pauseMs = 50
const patienceMs = 60_000

/** @param collector its `http:` URL */
export async function attackUntil(isOver: () => boolean, collector: string): Promise<AttackReport> {
  const { attackQueries } = (await import(listed)) as { readonly attackQueries: readonly AttackQuery[] }
  const questions = takeTurns(attackQueries)
  let asked = 0
  let answered = 0
  const askOn = async (): Promise<void> => {
    while (!isOver()) {
      if (await ask(collector, questions[asked++ % questions.length] as string)) answered++
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  await Promise.all(Array.from({ length: askers }, askOn))
  const startedMs = performance.now()
  while (!(await ask(collector, 'SELECT 1')) && performance.now() - startedMs < patienceMs) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return { asked, answered, nextAnswerMs: performance.now() - startedMs }
}

/** One of each kind after the other: those that are refused at once would else be all that is asked in a short time. */
function takeTurns(queries: readonly AttackQuery[]): readonly string[] {
  const kinds = new Map<string, string[]>()
  for (const { becomes, sql } of queries) kinds.set(becomes, [...(kinds.get(becomes) ?? []), sql])
  return queries.flatMap((_, turn) => [...kinds.values()].flatMap((kind) => kind[turn] ?? []))
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
    // One that fails midway is no JSON.
    await response.json()
    return response.ok
  } catch {
    return false
  }
}
