/** SQL over what is stored, and all of it as a file. */
import { messageOf } from '@downlink/protocol'
import { type KeyboardEvent, type ReactElement, useId, useState } from 'react'
import { exportPath, runQuery } from '../api.ts'
import type { QueryResult } from '../api-types.ts'
import { examples } from './examples.ts'
import { ResultTable } from './result-table.tsx'

type Answer =
  | { readonly state: 'none' | 'running' }
  | { readonly state: 'here'; readonly result: QueryResult; readonly tookMs: number }
  | { readonly state: 'failed'; readonly message: string }

export function QueryPanel(): ReactElement {
  const [sql, setSql] = useState(examples[0]?.sql ?? '')
  const [answer, setAnswer] = useState<Answer>({ state: 'none' })
  const sqlId = useId()

  async function run(text: string): Promise<void> {
    setSql(text)
    setAnswer({ state: 'running' })
    const startedAt = performance.now()
    try {
      const result = await runQuery(text)
      setAnswer({ state: 'here', result, tookMs: performance.now() - startedAt })
    } catch (error) {
      setAnswer({ state: 'failed', message: messageOf(error) })
    }
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void run(sql)
  }

  return (
    <section className="panel query" aria-labelledby="query-title">
      <div className="bar">
        <h2 id="query-title">SQL</h2>
        <p className="quiet exports">
          All events as <a href={exportPath('parquet')}>Parquet</a>, <a href={exportPath('csv')}>CSV</a>,{' '}
          <a href={exportPath('ndjson')}>NDJSON</a>
        </p>
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
        <button type="button" className="main" onClick={() => void run(sql)} disabled={answer.state === 'running'}>
          Run
        </button>
        <p className="quiet" role="status">
          {answer.state === 'none' && 'Ctrl + Enter runs it too.'}
          {answer.state === 'running' && 'Running.'}
          {answer.state === 'here' && summaryOf(answer.result, answer.tookMs)}
        </p>
      </div>
      {answer.state === 'failed' && (
        <pre className="fault" role="alert">
          {answer.message}
        </pre>
      )}
      {answer.state === 'here' && <ResultTable result={answer.result} />}
    </section>
  )
}

function summaryOf({ rows, truncated }: QueryResult, tookMs: number): string {
  const count = `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`
  return `${truncated ? `The first ${count}; there are more` : count}, ${Math.round(tookMs)} ms`
}
