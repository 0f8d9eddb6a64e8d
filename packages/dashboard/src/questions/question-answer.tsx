/** Shows the answer of a question: drawn, in rows, with what it cost and how old it is; compared, where there are two. */
import type { Question } from '@downlink/collector'
import { type ReactElement, useCallback, useEffect, useState } from 'react'
import { type AgedAnswer, runQuestion } from '../api.ts'
import { AnswerChart } from '../charts/answer-chart.tsx'
import { AnswerDownloads } from '../charts/answer-downloads.tsx'
import { ResultTable } from '../charts/result-table.tsx'
import { formatAge, formatCount } from '../format.ts'
import { Panel } from '../parts/panel.tsx'
import { EmptyState, ErrorState, LoadingState, StoreAwayState } from '../parts/states.tsx'
import { useAnswer } from '../use-answer.ts'
import { ComparedAnswers } from './compared-answers.tsx'
import type { Asking } from './question-address.ts'

interface QuestionAnswerProps {
  readonly question: Question
  readonly sql: string
  readonly against: string | undefined
  readonly asking: Asking
}

interface Answered {
  readonly first: AgedAnswer
  readonly second: AgedAnswer | undefined
  /** Which the two are of. */
  readonly asking: Asking
}

/** Within it an older answer is shown, with its age, until somebody asks again. */
const maxAgeS = 600

export function QuestionAnswer({ question, sql, against, asking }: QuestionAnswerProps): ReactElement {
  /** The SQL that was asked again: another one may have an older answer. */
  const [again, setAgain] = useState<{ readonly sql: string }>()
  const ask = useCallback(
    async (signal: AbortSignal): Promise<Answered> => {
      const age = again?.sql === sql ? 0 : maxAgeS
      const [first, second] = await Promise.all([
        runQuestion(sql, age, signal),
        against === undefined ? undefined : runQuestion(against, age, signal),
      ])
      return { first, second, asking }
    },
    [sql, against, asking, again],
  )
  const { answer, last, retry } = useAnswer(ask)
  const answered = answer.status === 'here' ? answer.value : last
  if (answer.status === 'failed') return <ErrorState title="No answer" message={answer.message} onRetry={retry} />
  if (answer.status === 'away') return <StoreAwayState onRetry={retry} />
  if (!answered) return <LoadingState what="the answer" />
  const { first, second } = answered
  const error = first.error ?? second?.error
  return (
    <>
      <Panel
        title="Answer"
        note={<Cost answered={answered} isAsking={answer.status === 'loading'} />}
        actions={
          <>
            <button type="button" onClick={() => setAgain({ sql })}>
              Ask again
            </button>
            <AnswerDownloads
              result={first}
              sql={sql}
              sessions="players"
              name={question.name}
              {...(second && { of: 'A' })}
            />
            {second && against !== undefined && (
              <AnswerDownloads result={second} sql={against} sessions="players" name={`${question.name}-b`} of="B" />
            )}
          </>
        }
      >
        {error && (
          <p className="fault" role="alert">
            The answer was cut short: {error.message}
          </p>
        )}
        {second ? (
          <ComparedAnswers question={question} first={first} second={second} asking={answered.asking} />
        ) : first.rows.length === 0 ? (
          <EmptyState title="Nothing of it is stored">
            <p>Another pick, or a wider span, may have an answer.</p>
          </EmptyState>
        ) : (
          <>
            <AnswerChart result={first} chart={question.chart} title={question.title} />
            <ResultTable key={first.askedAtMs} result={first} />
          </>
        )}
      </Panel>
      <details className="panel question-sql">
        <summary>Its SQL</summary>
        <pre>{sql}</pre>
        {against !== undefined && <pre>{against}</pre>}
      </details>
    </>
  )
}

const ageIntervalMs = 5000

function Cost({ answered, isAsking }: { readonly answered: Answered; readonly isAsking: boolean }): ReactElement {
  const [nowMs, setNowMs] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), ageIntervalMs)
    return () => clearInterval(timer)
  }, [])
  const { first, second = first } = answered
  const tookMs = Math.max(first.tookMs, second.tookMs)
  const askedAtMs = Math.min(first.askedAtMs, second.askedAtMs)
  const rows = `${formatCount(first.rows.length)} ${first.rows.length === 1 ? 'row' : 'rows'}`
  const age = formatAge(Math.max(0, nowMs - askedAtMs))
  return (
    <span role="status">
      {isAsking
        ? 'Asking.'
        : `${rows}${first.truncated ? ', and more that are cut off' : ''}, took ${Math.round(tookMs)} ms, asked ${age}`}
    </span>
  )
}
