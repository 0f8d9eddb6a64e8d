/** Parses a question's file: SQL with a header of comments that says what is asked, of what, and how the answer is drawn. */
import type { SqlDialect } from '../query/sql-dialect.ts'
import { LineProblem } from './line-problem.ts'
import { type QuestionChart, readChart } from './question-chart.ts'
import { type QuestionParameter, readParameter } from './question-parameter.ts'
import { type SqlPart, splitSql } from './question-sql.ts'

export interface QuestionFile {
  readonly title: string
  /** What the answer says, and what it does not. */
  readonly answers: string
  readonly chart: QuestionChart
  readonly parameters: readonly QuestionParameter[]
  /** Without these labels there is no answer. */
  readonly labels: readonly NeededLabel[]
  /** One SELECT, in pieces. */
  readonly sql: readonly SqlPart[]
}

export interface NeededLabel {
  /** A label, or `$parameter` for the one that is picked there. */
  readonly name: string
  /** How a game sets it. */
  readonly how: string
}

/** Where a file is wrong, and how. */
export interface QuestionProblem {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly message: string
}

export type ParsedQuestion =
  | { readonly ok: true; readonly question: QuestionFile }
  | { readonly ok: false; readonly problems: readonly QuestionProblem[] }

const keys = ['title', 'answers', 'chart', 'parameter', 'label'] as const

interface Field {
  readonly key: (typeof keys)[number]
  readonly line: number
  /** Between the key and the colon. */
  readonly subject: string
  readonly value: string
}

/** @example parseQuestion('kills.sql', '-- title: …\n-- answers: …\n-- chart: bar x=day y=kills\nSELECT …', 'duckdb') */
export function parseQuestion(file: string, text: string, dialect: SqlDialect): ParsedQuestion {
  const problems: QuestionProblem[] = []
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const firstOfSql = lines.findIndex((line) => !/^\s*(--.*)?$/.test(line))
  const headerLines = firstOfSql === -1 ? lines.length : firstOfSql
  const sqlLine = Math.min(headerLines + 1, lines.length)

  const fields = lines.slice(0, headerLines).flatMap((line, at) => attempt(at + 1, () => readField(line, at + 1)) ?? [])
  const one = (key: Field['key']): Field => {
    const [field, again] = fields.filter((each) => each.key === key)
    if (again) problems.push({ file, line: again.line, message: `Expected one \`${key}\`, got a second one` })
    if (field) return field
    problems.push({ file, line: 1, message: `Expected a line \`-- ${key}: …\` before the SQL, got none` })
    return { key, line: 1, subject: '', value: '' }
  }
  const title = one('title').value
  const answers = one('answers').value
  const chartField = one('chart')
  const chart = chartField.value === '' ? undefined : attempt(chartField.line, () => readChart(chartField.value))
  const parameters = new Map<string, QuestionParameter>()
  for (const { key, line, subject, value } of fields) {
    if (key !== 'parameter') continue
    attempt(line, () => {
      const parameter = readParameter(subject, value)
      const of = parameter.kind === 'field' ? parameters.get(parameter.of)?.kind : 'type'
      if (of !== 'type') throw new LineProblem('`field of` a parameter of the kind type that stands before it', subject)
      if (parameters.has(parameter.name)) throw new LineProblem('a name that no other parameter has', parameter.name)
      parameters.set(parameter.name, parameter)
    })
  }
  const labels = fields
    .filter(({ key }) => key === 'label')
    .map(({ subject, value }) => ({ name: subject, how: value }))
  for (const { line, subject } of fields.filter(({ key }) => key === 'label')) {
    attempt(line, () => {
      const isKnown = !subject.startsWith('$') || parameters.get(subject.slice(1))?.kind === 'label'
      if (!isKnown) throw new LineProblem('a label, or `$` and a parameter of the kind label', subject)
    })
  }
  const source = lines.slice(headerLines).join('\n').trimEnd().replace(/;$/, '')
  const sql = attempt(sqlLine, () => splitSql(source, [...parameters.keys()], dialect))
  if (chart === undefined || sql === undefined || problems.length > 0) return { ok: false, problems }
  return { ok: true, question: { title, answers, chart, parameters: [...parameters.values()], labels, sql } }

  function attempt<Value>(line: number, read: () => Value): Value | undefined {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof LineProblem)) throw error
      problems.push({ file, line: line + error.lineOffset, message: error.message })
      return undefined
    }
  }
}

const wantsSubject = new Set<Field['key']>(['parameter', 'label'])

/** Nothing for an empty line. */
function readField(text: string, line: number): Field | undefined {
  const comment = text.trim().replace(/^--/, '').trim()
  if (comment === '') return undefined
  const [, word = '', subject = '', value = ''] = /^(\w+)\b\s*(.*?):\s+(.+)$/.exec(comment) ?? []
  const key = keys.find((each) => each === word)
  if (key === undefined) throw new LineProblem(`\`-- ${keys.join(': …`, `-- ')}: …\` before the SQL`, comment)
  if (wantsSubject.has(key) === (subject === '')) {
    throw new LineProblem(subject === '' ? `\`${key} name: …\`` : `\`${key}: …\``, comment)
  }
  return { key, line, subject, value }
}
