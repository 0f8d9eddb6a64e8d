import { ClickHouseError } from '@clickhouse/client'
import { expect, it } from 'vitest'
import { CollectorError } from '../errors.ts'
import { queryErrorOf, readErrorOf } from './failures.ts'

const exception = (code: string, type: string, message = 'So it is') => new ClickHouseError({ code, type, message })

const codeOf = (error: unknown) => (error instanceof CollectorError ? error.code : 'internal')

it.each([
  ['62', 'SYNTAX_ERROR', 'internal', 'bad_sql'],
  ['47', 'UNKNOWN_IDENTIFIER', 'internal', 'bad_sql'],
  ['46', 'UNKNOWN_FUNCTION', 'internal', 'bad_sql'],
  ['53', 'TYPE_MISMATCH', 'internal', 'bad_sql'],
  ['60', 'UNKNOWN_TABLE', 'store_unavailable', 'bad_sql'],
  ['497', 'ACCESS_DENIED', 'store_unavailable', 'forbidden_sql'],
  ['159', 'TIMEOUT_EXCEEDED', 'query_timeout', 'query_timeout'],
  ['241', 'MEMORY_LIMIT_EXCEEDED', 'query_too_large', 'query_too_large'],
])('takes %s, %s of our own statement for %s, and of what somebody asks for %s', (code, type, own, asked) => {
  expect([codeOf(readErrorOf(exception(code, type))), codeOf(queryErrorOf(exception(code, type)))]).toEqual([
    own,
    asked,
  ])
})

it('says of a statement of ours that the defect is ours, with what the server said', () => {
  expect(readErrorOf(exception('62', 'SYNTAX_ERROR')).message).toBe(
    'ClickHouse does not understand a statement of Downlink itself, which is a defect: So it is (SYNTAX_ERROR)',
  )
  expect(codeOf(readErrorOf(new Error('connect ECONNREFUSED')))).toBe('store_unavailable')
})
