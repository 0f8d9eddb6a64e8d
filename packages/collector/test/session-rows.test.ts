/** Session records in the database, whichever order its columns have. */
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { newRecord } from '../src/commit/session-record.ts'
import { recordOf, rowOf, selectSessions, upsertSessions } from '../src/store/session-rows.ts'
import { tableDefinitions } from '../src/store/tables.ts'

const proofHash = '    proof_hash VARCHAR,\n'
const asItIs = tableDefinitions[1] ?? ''
const proofHashEarly = asItIs.replace(proofHash, '').replace('    committed_seq', `${proofHash}    committed_seq`)

it.each([
  ['a fresh database', asItIs, 16],
  ['an older one', proofHashEarly, 3],
])('reads back what it wrote to %s', async (_what, definition, place) => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  await connection.run(definition)
  const record = {
    ...newRecord('s', 1000),
    proofHash: 'p',
    committedSeq: 3,
    pushed: 5,
    labels: { a: 'b' },
    schema: '1',
  }
  await connection.run(upsertSessions, [JSON.stringify([rowOf({ ...record, committedSeq: 1 })])])
  await connection.run(upsertSessions, [JSON.stringify([rowOf(record)])])
  const [row] = (await connection.runAndReadAll(selectSessions, ['["s"]'])).getRows()
  expect(recordOf(String(row?.[0]))).toEqual(record)
  expect((await connection.runAndReadAll('FROM sessions')).columnNames().indexOf('proof_hash') + 1).toBe(place)
  connection.closeSync()
  instance.closeSync()
})
