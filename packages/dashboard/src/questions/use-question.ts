/** Gathers what a question needs before it can be asked: its file, and what there is to pick from. */
import type { Question } from '@downlink/collector'
import { useCallback, useMemo } from 'react'
import { fetchLabels, fetchQuestions, runQuery } from '../api.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { useDialect } from '../dialect/use-dialect.ts'
import { type Answer, type UsedAnswer, useAnswer } from '../use-answer.ts'
import type { Picks } from './bind-question.ts'
import { loadFields, loadSchema, type Offers, offersOf } from './offers.ts'
import { suggestPicks } from './suggest-picks.ts'

export interface ReadyQuestion {
  readonly question: Question
  readonly offers: Offers
  /** Of the types that are picked. Another one may be picked at any moment, and meanwhile the form stays as it is. */
  readonly fields: UsedAnswer<FieldsByType>
}

/** What the payloads of a type have. */
export type FieldsByType = ReadonlyMap<string, readonly string[]>

export interface UsedQuestion {
  /** Undefined where there is no question of that name. */
  readonly answer: Answer<ReadyQuestion | undefined>
  readonly retry: () => void
}

/** @param given what the address picks: of its types the fields are read */
export function useQuestion(name: string, given: Picks): UsedQuestion {
  const dialect = useDialect()
  const { answer, retry } = useAnswer(useCallback((signal) => loadQuestion(name, dialect, signal), [name, dialect]))
  const base = answer.status === 'here' ? answer.value : undefined
  const types = useMemo(() => (base ? typesWithFields(base, given) : []), [base, given])
  const key = JSON.stringify(types)
  const fields = useAnswer(
    useCallback(
      async (signal: AbortSignal): Promise<FieldsByType> => {
        const wanted: readonly string[] = JSON.parse(key)
        const ask = (sql: string) => runQuery(sql, signal)
        const loaded = await Promise.all(wanted.map((type) => loadFields(ask, type, dialect)))
        return new Map(wanted.map((type, at) => [type, loaded[at] ?? []]))
      },
      [key, dialect],
    ),
  )
  if (answer.status !== 'here' || base === undefined) return { answer: answer as Answer<undefined>, retry }
  return { answer: { status: 'here', value: { ...base, fields } }, retry }
}

type Base = Pick<ReadyQuestion, 'question' | 'offers'>

async function loadQuestion(name: string, dialect: Dialect, signal: AbortSignal): Promise<Base | undefined> {
  const [{ questions }, labels, schema] = await Promise.all([
    fetchQuestions(signal),
    fetchLabels(signal),
    loadSchema((sql) => runQuery(sql, signal), dialect),
  ])
  const question = questions.find((one) => one.name === name)
  return question && { question, offers: offersOf(labels, schema) }
}

function typesWithFields({ question, offers }: Base, given: Picks): readonly string[] {
  const picks = suggestPicks(question, given, offers, () => [])
  const types = question.parameters.flatMap((parameter) =>
    parameter.kind === 'field' ? [picks.get(parameter.of) ?? ''] : [],
  )
  return [...new Set(types)].filter((type) => type !== '')
}
