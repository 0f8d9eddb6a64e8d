/** Asks for SQL and shows the rows, or hands out all that is stored as a file. */
import { messageOf } from '@downlink/protocol'
import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react'
import { type QueryAnswer, runQuery } from '../api.ts'
import { askAgain } from '../ask-again.ts'
import { formatCount } from '../format.ts'
import { ExportLinks } from './export-links.tsx'
import { ResultTable, shownRows } from './result-table.tsx'

type Answer =
  /** `waiting`: the database is away, and asked again. */
  | { readonly status: 'none' | 'running' | 'waiting' }
  | { readonly status: 'here'; readonly result: QueryAnswer; readonly tookMs: number }
  | { readonly status: 'failed'; readonly message: string }

/** @param given SQL to begin with */
export function QueryPanel({ given }: { readonly given: string | undefined }): ReactElement {
  const [sql, setSql] = useState(given ?? examples[0]?.sql ?? '')
  const [answer, setAnswer] = useState<Answer>({ status: 'none' })
  const sqlId = useId()
  const running = useRef(new AbortController())
  useEffect(() => () => running.current.abort(), [])

  async function run(text: string): Promise<void> {
    running.current.abort()
    running.current = new AbortController()
    const { signal } = running.current
    const ask = async (): Promise<Answer> => {
      const startedAt = performance.now()
      const result = await runQuery(text, signal)
      return { status: 'here', result, tookMs: performance.now() - startedAt }
    }
    setSql(text)
    setAnswer({ status: 'running' })
    try {
      setAnswer(await askAgain(ask, () => setAnswer({ status: 'waiting' }), signal))
    } catch (error) {
      if (!signal.aborted) setAnswer({ status: 'failed', message: messageOf(error) })
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void run(sql)
  }

  const fault = faultIn(answer)
  return (
    <section className="panel query" aria-labelledby="query-title">
      <div className="bar">
        <h2 id="query-title">SQL</h2>
        <ExportLinks />
      </div>
      <ul className="examples">
        {examples.map((example) => (
          <li key={example.name}>
            <button type="button" onClick={() => void run(example.sql)}>
              {example.name}
            </button>
          </li>
        ))}
      </ul>
      <label className="hidden" htmlFor={sqlId}>
        One SELECT
      </label>
      <textarea
        id={sqlId}
        rows={4}
        spellCheck={false}
        value={sql}
        onChange={(event) => setSql(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="bar">
        <button type="button" className="main" onClick={() => void run(sql)} disabled={answer.status === 'running'}>
          Run
        </button>
        <p className={answer.status === 'waiting' ? 'waiting' : 'quiet'} role="status">
          {answer.status === 'waiting' && 'Waiting for the database; it is asked again by itself.'}
          {answer.status === 'none' && 'Ctrl + Enter runs it too.'}
          {answer.status === 'running' && 'Running.'}
          {answer.status === 'here' && summaryOf(answer.result, answer.tookMs)}
        </p>
      </div>
      {fault !== undefined && (
        <pre className="fault" role="alert">
          {fault}
        </pre>
      )}
      {answer.status === 'here' && <ResultTable result={answer.result} />}
    </section>
  )
}

function faultIn(answer: Answer): string | undefined {
  if (answer.status === 'failed') return answer.message
  return answer.status === 'here' ? answer.result.error?.message : undefined
}

function summaryOf({ rows, truncated, error }: QueryAnswer, tookMs: number): string {
  const shown = rows.length > shownRows ? ` (${shownRows} shown)` : ''
  const count = `${formatCount(rows.length)} ${rows.length === 1 ? 'row' : 'rows'}${shown}`
  if (error) return `Cut short after ${count}, ${Math.round(tookMs)} ms`
  return `${truncated ? `The first ${count}; there are more` : count}, ${Math.round(tookMs)} ms`
}

interface Example {
  readonly name: string
  readonly sql: string
}

/** Queries to start from. */
const examples: readonly Example[] = [
  {
    name: 'Events by type',
    sql: 'SELECT type, count(*) AS events, min(ts) AS first, max(ts) AS last\nFROM events GROUP BY type ORDER BY events DESC',
  },
  {
    name: 'By minute',
    sql: "SELECT date_trunc('minute', ts) AS minute, count(*) AS events\nFROM events GROUP BY minute ORDER BY minute DESC LIMIT 60",
  },
  { name: 'Ledgers', sql: 'SELECT * FROM ledgers ORDER BY missing DESC, pushed DESC LIMIT 50' },
  {
    name: 'Rejections',
    sql: 'SELECT code, message, count(*) AS events FROM rejected_events\nGROUP BY ALL ORDER BY events DESC LIMIT 50',
  },
  {
    name: 'Delay',
    sql: 'SELECT type, median(epoch_ms(received_at) - epoch_ms(ts)) AS median_ms,\n  quantile_cont(epoch_ms(received_at) - epoch_ms(ts), 0.99) AS p99_ms\nFROM events GROUP BY type',
  },
  { name: 'Tables', sql: 'SHOW TABLES' },
]
