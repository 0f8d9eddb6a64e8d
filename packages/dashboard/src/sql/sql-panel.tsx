/** Asks for SQL, and shows the rows, as a table or drawn. */
import type { QuestionChart } from '@downlink/collector'
import { messageOf } from '@downlink/protocol'
import { type ReactElement, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { fetchFunctions, fetchQuestions, type QueryAnswer, runQuery } from '../api.ts'
import { askAgain } from '../ask-again.ts'
import { AnswerChart } from '../charts/answer-chart.tsx'
import { AnswerDownloads } from '../charts/answer-downloads.tsx'
import { ResultTable } from '../charts/result-table.tsx'
import type { Dialect, Example } from '../dialect/dialect.ts'
import { useDialect } from '../dialect/use-dialect.ts'
import { formatCount } from '../format.ts'
import { loadSchema } from '../questions/offers.ts'
import { useAnswer } from '../use-answer.ts'
import { ChartChoice } from './chart-choice.tsx'
import { ExportLinks } from './export-links.tsx'
import { HistoryMenu } from './history-menu.tsx'
import { SaveQuestion } from './save-question.tsx'
import { type Complaint, SqlEditor, type SqlText } from './sql-editor.tsx'
import { type Asked, readHistory, remember } from './sql-history.ts'

type Answer =
  /** `waiting`: the database is away, and asked again. */
  | { readonly status: 'none' | 'running' | 'waiting' | 'cancelled' }
  | { readonly status: 'here'; readonly sql: string; readonly result: QueryAnswer; readonly tookMs: number }
  | { readonly status: 'failed'; readonly sql: string; readonly message: string }

interface SqlPanelProps {
  /** SQL to begin with, which is not run. */
  readonly given: string | undefined
  readonly chart: QuestionChart
  /** What is asked, or how it is drawn, has changed: for the address. */
  readonly onAsk: (sql: string, chart: QuestionChart) => void
}

export function SqlPanel({ given, chart, onAsk }: SqlPanelProps): ReactElement {
  const dialect = useDialect()
  const { examples } = dialect
  const [text, setText] = useState<SqlText>({ sql: given ?? examples[0]?.sql ?? '', isTyped: false })
  const { answer, ask, cancel } = useSqlAnswer()
  const [history, setHistory] = useState<readonly Asked[]>(() => readHistory(localStorage))
  const words = useWords(dialect)

  const write = (sql: string): void => setText({ sql, isTyped: false })

  function run(sql: string): void {
    setHistory(remember(localStorage, { sql, atMs: Date.now() }))
    onAsk(sql, chart)
    void ask(sql)
  }

  const { sql } = text
  const complaint = useMemo(() => complaintIn(answer), [answer])
  const isAsking = answer.status === 'running' || answer.status === 'waiting'
  const result = answer.status === 'here' ? answer.result : undefined
  return (
    <section className="panel query" aria-labelledby="query-title">
      <div className="bar">
        <h2 id="query-title">SQL</h2>
        <ExportLinks />
      </div>
      <Examples
        examples={examples}
        onPick={(example) => {
          write(example)
          run(example)
        }}
      />
      <SqlEditor
        text={text}
        onChange={(typed) => setText({ sql: typed, isTyped: true })}
        onRun={run}
        words={words}
        dialect={dialect.name}
        complaint={complaint}
      />
      <div className="bar">
        <button type="button" className="main" onClick={() => run(sql)} disabled={answer.status === 'running'}>
          Run
        </button>
        {isAsking && (
          <button type="button" onClick={cancel}>
            Cancel
          </button>
        )}
        <p className={answer.status === 'waiting' ? 'waiting' : 'quiet'} role="status">
          {statusOf(answer)}
        </p>
        <div className="actions">
          {answer.status === 'here' && (
            <AnswerDownloads result={answer.result} sql={answer.sql} sessions="all" name="answer" />
          )}
          <HistoryMenu history={history} onPick={write} />
        </div>
      </div>
      {complaint && (
        <pre className="fault" role="alert">
          {complaint.message}
        </pre>
      )}
      {result && (
        <>
          <ChartChoice chart={chart} columns={result.columns} onChange={(next) => onAsk(sql, next)} />
          <AnswerChart result={result} chart={chart} title="The answer." />
          <ResultTable key={answerKey(answer)} result={result} />
          <Save sql={sql} chart={chart} />
        </>
      )}
    </section>
  )
}

interface ExamplesProps {
  readonly examples: readonly Example[]
  readonly onPick: (sql: string) => void
}

function Examples({ examples, onPick }: ExamplesProps): ReactElement {
  return (
    <ul className="examples">
      {examples.map(({ name, sql }) => (
        <li key={name}>
          <button type="button" onClick={() => onPick(sql)}>
            {name}
          </button>
        </li>
      ))}
    </ul>
  )
}

interface SqlAnswer {
  readonly answer: Answer
  /** Ends what is under way. */
  readonly ask: (sql: string) => Promise<void>
  readonly cancel: () => void
}

function useSqlAnswer(): SqlAnswer {
  const [answer, setAnswer] = useState<Answer>({ status: 'none' })
  const running = useRef(new AbortController())
  useEffect(() => () => running.current.abort(), [])

  async function ask(sql: string): Promise<void> {
    running.current.abort()
    running.current = new AbortController()
    const { signal } = running.current
    const request = async (): Promise<Answer> => {
      const startedAt = performance.now()
      const result = await runQuery(sql, signal)
      return { status: 'here', sql, result, tookMs: performance.now() - startedAt }
    }
    setAnswer({ status: 'running' })
    try {
      setAnswer(await askAgain(request, () => setAnswer({ status: 'waiting' }), signal))
    } catch (error) {
      if (!signal.aborted) setAnswer({ status: 'failed', sql, message: messageOf(error) })
    }
  }

  function cancel(): void {
    running.current.abort()
    setAnswer({ status: 'cancelled' })
  }

  return { answer, ask, cancel }
}

/** Another answer is scrolled from its start. */
const answerKey = (answer: Answer): number => (answer.status === 'here' ? answer.tookMs : 0)

function Save({ sql, chart }: { readonly sql: string; readonly chart: QuestionChart }): ReactElement | null {
  const { answer } = useAnswer(fetchQuestions)
  return answer.status === 'here' ? <SaveQuestion sql={sql} chart={chart} writable={answer.value.writable} /> : null
}

/** What the editor completes. Without it one writes all the same. */
function useWords(dialect: Dialect) {
  const ask = useCallback(
    async (signal: AbortSignal) => {
      const asked = [loadSchema((sql) => runQuery(sql, signal), dialect), fetchFunctions(signal)] as const
      const [schema, functions] = await Promise.all(asked)
      return { tables: schema.tables, functions }
    },
    [dialect],
  )
  return useAnswer(ask).last
}

function complaintIn(answer: Answer): Complaint | undefined {
  if (answer.status === 'failed') return answer
  if (answer.status !== 'here' || !answer.result.error) return undefined
  return { sql: answer.sql, message: answer.result.error.message }
}

function statusOf(answer: Answer): string {
  switch (answer.status) {
    case 'none':
      return 'Ctrl + Enter runs it too.'
    case 'running':
      return 'Running.'
    case 'waiting':
      return 'Waiting for the database; it is asked again by itself.'
    case 'cancelled':
      return 'Cancelled.'
    case 'failed':
      return ''
    case 'here':
      return summaryOf(answer.result, answer.tookMs)
  }
}

function summaryOf({ rows, truncated, error }: QueryAnswer, tookMs: number): string {
  const count = `${formatCount(rows.length)} ${rows.length === 1 ? 'row' : 'rows'}`
  if (error) return `Cut short after ${count}, ${Math.round(tookMs)} ms`
  return `${truncated ? `The first ${count}; there are more` : count}, ${Math.round(tookMs)} ms`
}
