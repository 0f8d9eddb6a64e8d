/** Shows one question: what was picked, its answer drawn and in rows, its SQL, and the same narrowed another way beside it. */
import { messageOf } from '@downlink/protocol'
import { type ReactElement, useMemo } from 'react'
import { chartParameters } from '../charts/chart-address.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { useDialect } from '../dialect/use-dialect.ts'
import { EmptyState, ErrorState, LoadingState, StoreAwayState } from '../parts/states.tsx'
import { hrefOf, navigate, useAddress } from '../router.ts'
import { bindQuestion, type Picks } from './bind-question.ts'
import { MissingLabels, missingLabels } from './missing-labels.tsx'
import { type Narrowing, narrowSql, type Schema } from './narrow-sql.ts'
import { NarrowingForm } from './narrowing-form.tsx'
import { ParameterForm } from './parameter-form.tsx'
import { type Asking, readAsking, writeAsking } from './question-address.ts'
import { QuestionAnswer } from './question-answer.tsx'
import { QuestionHead } from './question-head.tsx'
import { suggestPicks } from './suggest-picks.ts'
import { type FieldsByType, type ReadyQuestion, useQuestion } from './use-question.ts'
import './questions.css'

export default function QuestionView(): ReactElement {
  const { name = '', parameters } = useAddress()
  const everything = useMemo(
    () => new Map(Object.entries(parameters).map(([key, value = '']) => [key, value])),
    [parameters],
  )
  const { answer, retry } = useQuestion(name, everything)
  if (answer.status === 'loading') return <LoadingState what="the question" />
  if (answer.status === 'away') return <StoreAwayState onRetry={retry} />
  if (answer.status === 'failed')
    return <ErrorState title="The question can't be asked" message={answer.message} onRetry={retry} />
  if (answer.value === undefined)
    return (
      <EmptyState title={`There is no question ${name}`}>
        <p>It may have been deleted, or be of another collector.</p>
        <p>
          <a href={hrefOf({ view: 'questions', parameters: {} })}>All questions</a>
        </p>
      </EmptyState>
    )
  return <AskedQuestion ready={answer.value} name={name} />
}

function AskedQuestion({ ready, name }: { readonly ready: ReadyQuestion; readonly name: string }): ReactElement {
  const { question, offers, fields: read } = ready
  const fields = (read.answer.status === 'here' ? read.answer.value : read.last) ?? noFields
  const { parameters } = useAddress()
  const asking = useMemo(
    () =>
      readAsking(
        parameters,
        question.parameters.map((parameter) => parameter.name),
      ),
    [parameters, question],
  )
  const picks = useMemo(
    () => suggestPicks(question, asking.picks, offers, (type) => fields.get(type) ?? []),
    [question, asking, offers, fields],
  )
  const dialect = useDialect()
  const bound = useMemo(() => bindQuestion(question, picks, dialect), [question, picks, dialect])
  // What is not picked is suggested by the fields, so before they are there it is not known what is asked.
  const areFieldsHere = read.answer.status === 'here'
  const missing = missingLabels(question, picks, offers)
  const change = (next: Partial<Asking>) =>
    navigate({ view: 'questions', name, parameters: writeAsking({ ...asking, ...next }) })
  const queries = useMemo(
    () => (bound.ok ? queriesFor(bound.sql, asking, offers.schema, dialect) : undefined),
    [bound, asking, offers, dialect],
  )
  const sqlHref =
    queries?.ok && hrefOf({ view: 'sql', parameters: { q: queries.sql, ...chartParameters(question.chart) } })

  return (
    <div className="question">
      <QuestionHead question={question} sqlHref={sqlHref || undefined} />
      <div className="asking panel">
        <ParameterForm
          parameters={question.parameters}
          picks={picks}
          faults={bound.ok ? new Map() : faultsOf(bound.faults, asking.picks)}
          offers={offers}
          fields={fields}
          onPick={(parameter, value) => change({ picks: new Map(asking.picks).set(parameter, value) })}
        />
        <NarrowingForm asking={asking} offers={offers} onChange={change} />
      </div>
      {missing.length > 0 && <MissingLabels missing={missing} />}
      {missing.length === 0 && !areFieldsHere && <FieldsOnTheWay read={read} />}
      {missing.length === 0 && areFieldsHere && (
        <>
          {!bound.ok && <OpenPicks faults={bound.faults} ready={ready} />}
          {queries?.ok === false && <ErrorState title="It can't be narrowed so" message={queries.message} />}
          {queries?.ok && (
            <QuestionAnswer question={question} sql={queries.sql} against={queries.against} asking={asking} />
          )}
        </>
      )}
    </div>
  )
}

const noFields: FieldsByType = new Map()

/** Of what somebody picked: what was only suggested is no mistake of theirs. */
const faultsOf = (faults: ReadonlyMap<string, string>, given: Picks): ReadonlyMap<string, string> =>
  new Map([...faults].filter(([name]) => given.has(name)))

function FieldsOnTheWay({ read: { answer, retry } }: { readonly read: ReadyQuestion['fields'] }): ReactElement {
  if (answer.status === 'away') return <StoreAwayState onRetry={retry} />
  if (answer.status === 'failed')
    return <ErrorState title="The question can't be asked" message={answer.message} onRetry={retry} />
  return <LoadingState what="what there is to pick" />
}

type Queries =
  | { readonly ok: true; readonly sql: string; readonly against: string | undefined }
  | { readonly ok: false; readonly message: string }

function queriesFor(sql: string, { narrowing, against }: Asking, schema: Schema, dialect: Dialect): Queries {
  const narrowed = (to: Narrowing) => narrowSql(sql, to, schema, dialect)
  try {
    return { ok: true, sql: narrowed(narrowing), against: against && narrowed(against) }
  } catch (error) {
    return { ok: false, message: messageOf(error) }
  }
}

interface OpenPicksProps {
  readonly faults: ReadonlyMap<string, string>
  readonly ready: ReadyQuestion
}

function OpenPicks({ faults, ready: { question, offers } }: OpenPicksProps): ReactElement {
  if (offers.types.length === 0)
    return (
      <EmptyState title="Nothing is stored yet">
        <p>As soon as a game has sent events, the answer is here.</p>
      </EmptyState>
    )
  return (
    <EmptyState title="Pick what it is about">
      <ul>
        {question.parameters
          .filter(({ name }) => faults.has(name))
          .map(({ name, title }) => (
            <li key={name}>
              {title}: expected {faults.get(name)}
            </li>
          ))}
      </ul>
    </EmptyState>
  )
}
