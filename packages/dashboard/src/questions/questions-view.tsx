/** Shows the questions that can be asked. */
import type { Question } from '@downlink/collector'
import type { ReactElement } from 'react'
import { fetchQuestions } from '../api.ts'
import { Panel } from '../parts/panel.tsx'
import { ErrorState, LoadingState, StoreAwayState } from '../parts/states.tsx'
import { hrefOf } from '../router.ts'
import { useAnswer } from '../use-answer.ts'
import './questions.css'

const groups = [
  { origin: 'saved', title: 'Saved from this page' },
  { origin: 'folder', title: "The team's own" },
  { origin: 'built-in', title: 'What every game gets asked' },
] as const

const chartNames = { line: 'Line', bar: 'Bars', scatter: 'Scatter', heat: 'Heat map', table: 'Table' } as const

export default function QuestionsView(): ReactElement {
  const { answer, retry } = useAnswer(fetchQuestions)
  if (answer.status === 'loading') return <LoadingState what="the questions" />
  if (answer.status === 'away') return <StoreAwayState onRetry={retry} />
  if (answer.status === 'failed')
    return <ErrorState title="The questions can't be read" message={answer.message} onRetry={retry} />
  const { questions, problems } = answer.value
  return (
    <div className="questions">
      {groups.map(({ origin, title }) => {
        const own = questions.filter((question) => question.origin === origin)
        return own.length === 0 ? null : (
          <Panel key={origin} title={title} note={String(own.length)}>
            <ul className="gallery">
              {own.map((question) => (
                <Card key={question.name} question={question} />
              ))}
            </ul>
          </Panel>
        )
      })}
      {problems.length > 0 && (
        <Panel title="Files that are no question" note={String(problems.length)}>
          <ul className="problems">
            {problems.map(({ file, line, message }) => (
              <li key={`${file}:${line}:${message}`}>
                <code>
                  {file}:{line}
                </code>{' '}
                {message}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <p className="quiet">
        Another question? Ask it in <a href={hrefOf({ view: 'sql', parameters: {} })}>SQL</a> and save it, or put a file
        into the folder of <code>--questions</code>.
      </p>
    </div>
  )
}

const Card = ({ question: { name, title, answers, chart } }: { readonly question: Question }): ReactElement => (
  <li>
    <a className="card" href={hrefOf({ view: 'questions', name, parameters: {} })}>
      <strong>{title}</strong>
      <span>{answers}</span>
      <span className="kind">{chartNames[chart.kind]}</span>
    </a>
  </li>
)
