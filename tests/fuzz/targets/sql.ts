/** Asks a real collector what a reader asks: each query is answered or refused with a code, the session beside it goes on, and the store at most ends with a query that no interrupt reaches. */
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { allowedFunctions } from '../../../packages/collector/src/allowed-sql/allowed-functions.ts'
import { type Beside, startBeside } from '../beside.ts'
import { type Question, questions } from '../inputs/sql.ts'
import type { Signature } from '../inputs/sql-expressions.ts'
import { kindOf } from '../inputs/sql-values.ts'
import type { Subject, Target } from '../target.ts'

const timeLimitMs = 400
/** What no interrupt reaches is ended with the store 2 s past its limit, and that is back within 3 s. */
const slowMs = timeLimitMs + 6000

export const sql: Target = {
  name: 'sql',
  about:
    'queries of a real collector, with each function and type that may be used, as rows, as Parquet, as conditions',
  share: 4,
  async open(): Promise<Subject<Question>> {
    const beside = await startBeside({ query: { timeLimitMs, memoryGrowthMb: 512 } }, ['query_time', 'memory'])
    await fill(beside)
    return {
      inputs: questions(await readSignatures()),
      lanes: 2,
      slowMs,
      countOf: () => 1,
      async try(question) {
        await ask(beside, question)
        await beside.say()
      },
      check: beside.check,
      heldBytes: beside.collector.heldBytes,
      control: beside.say,
      session: beside.figures,
      close: beside.close,
    }
  },
}

const refusals = new Set(['bad_sql', 'forbidden_sql', 'query_timeout', 'query_too_large'])

/** What no parameter may be is refused before anybody reads SQL in it. */
const isNoParameter = ({ sql: text, as }: Question): boolean =>
  text === '' || (as === 'condition' && text.length > maxConditionLength)

const maxConditionLength = 10_000

/** Rejects where it is neither answered nor refused with a code, or where it ends the store and that is not back soon. */
async function ask(beside: Beside, question: Question): Promise<void> {
  for (;;) {
    const refused = await refusalOf(beside.collector.url, question)
    if (!refused || refusals.has(refused.code)) return
    if (refused.code === 'bad_request' && isNoParameter(question)) return
    if (refused.code === 'query_killed') return beside.expectStoreBack()
    if (refused.code !== 'store_unavailable')
      throw new Error(`It is answered with ${refused.status} ${refused.code}: ${refused.message}`)
    await sleep(retryMs)
  }
}

const retryMs = 500

async function refusalOf(url: string, { sql: text, as }: Question) {
  const headers = { 'content-type': 'application/json', prefer: 'wait=0' }
  const response =
    as === 'condition'
      ? await fetch(`${url}/api/dump?format=ndjson&where=${encodeURIComponent(Buffer.from(text).toString())}`, {
          headers,
        })
      : await fetch(`${url}/api/query${as === 'parquet' ? '/parquet' : ''}`, {
          ...{ method: 'POST', headers },
          body: JSON.stringify({ sql: text, ...(as === 'players' && { sessions: as }) }),
        })
  const answer = await response.bytes()
  if (response.ok) return undefined
  const { error } = JSON.parse(Buffer.from(answer).toString()) as { error: { code: string; message: string } }
  return { status: response.status, ...error }
}

/** A few sessions, whose events have all sorts of data. */
async function fill({ collector, ask }: Beside): Promise<void> {
  const datas = [{ n: 1 }, { n: -0.5, s: 'é🚀' }, [1, [2, null]], 'text', 7, null, { a: { b: { c: [true] } } }]
  for (let session = 0; session < 4; session++) {
    const events = datas.map((data, at) => ({ type: 'abc'[at % 3], timestamp: session * 1e11 + at, data, level: at }))
    await fetch(`${collector.telemetry.replace(/^ws/, 'http')}`, { method: 'POST', body: JSON.stringify(events) })
  }
  await ask('SELECT 1')
}

/** Its second argument has to be plain text. */
const takesPattern = /^(regexp_.*|!?~~~?\*?|(not_)?i?like_escape)$/

/** Of the functions that may be called, as the database itself lists them. */
async function readSignatures(): Promise<readonly Signature[]> {
  const instance = await DuckDBInstance.create()
  const connection = await instance.connect()
  const found = await connection.runAndReadAll(
    `SELECT DISTINCT lower(function_name), function_type, parameter_types, varargs, return_type FROM duckdb_functions()
     WHERE function_type IN ('scalar', 'aggregate', 'macro') ORDER BY ALL`,
  )
  const rows = found.getRowsJson() as [string, string, string[], string | null, string | null][]
  connection.closeSync()
  instance.closeSync()
  return rows.flatMap(([name, type, parameters, varargs, returns]) => {
    if (!allowedFunctions.has(name)) return []
    const given = [...parameters, ...(varargs === null ? [] : [varargs])].map((one) => kindOf(one ?? 'ANY'))
    const takes = given.filter((kind) => kind !== undefined)
    if (takes.length < given.length) return []
    if (takesPattern.test(name)) takes[1] = 'pattern'
    return { name, isAggregate: type === 'aggregate', parameters: takes, returns: kindOf(returns ?? 'ANY') ?? 'any' }
  })
}
