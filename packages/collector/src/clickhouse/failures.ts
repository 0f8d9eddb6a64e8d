/** Tells what an error of ClickHouse, or of the way to it, means: for what was to be written, and for who asked. */
import { messageOf } from '@downlink/protocol'
import { CollectorError, type CollectorErrorCode } from '../errors.ts'
import type { WriteOutcome } from '../sink/event-store.ts'

/** The server's exception; undefined for any other error. Its class is the client's, which is loaded late. */
function exceptionOf(error: unknown) {
  if (!(error instanceof Error) || !('type' in error) || !('code' in error)) return undefined
  return { code: Number(error.code), type: String(error.type), message: `${error.message.trim()} (${error.type})` }
}

/** Of a row that its table can't hold: parse errors, and values beyond their type. */
const contentCodes = new Set([6, 25, 26, 27, 32, 33, 38, 41, 53, 69, 70, 72, 117, 131, 349, 441])

export function outcomeOf(error: unknown): Exclude<WriteOutcome, { kind: 'written' }> {
  const exception = exceptionOf(error)
  if (!exception || !contentCodes.has(exception.code)) {
    return { kind: 'unavailable', reason: exception?.message ?? messageOf(error) }
  }
  return { kind: 'refused', reason: `${exception.type} (${exception.code})`, detail: exception.message }
}

/** What to do about a server that answers, and can't be opened as it is. */
const openAdvice: ReadonlyMap<number, string> = new Map([
  [81, 'make it with CREATE DATABASE'],
  [192, "its user is the first part of the store's credentials"],
  [193, "its password is the second part of the store's credentials"],
  [194, 'it wants a password: name a file of credentials for the store'],
  [497, 'deploy/clickhouse/users.sql has what its user has to be granted'],
  [516, "it does not know the user and the password of the store's credentials"],
])

/** The tables could not be made. */
export function openErrorOf(error: unknown, { address }: { readonly address: string }): CollectorError {
  const exception = exceptionOf(error)
  const advice = exception && openAdvice.get(exception.code)
  const reason = `${exception?.message ?? messageOf(error)}${advice === undefined ? '' : `: ${advice}`}`
  return new CollectorError('store_unavailable', `The tables can't be made in ClickHouse at ${address}: ${reason}`, {
    cause: error,
  })
}

/** Of a statement that is wrong, whoever asks it, and whenever: its syntax, its names, or its types. */
const statementCodes = new Set([36, 42, 43, 44, 46, 47, 50, 53, 62, 63, 184, 207, 215, 386])

/** A read of our own failed. One that the server does not understand is a defect of ours, and no later try is better. */
export function readErrorOf(error: unknown): Error {
  if (error instanceof CollectorError) return error
  const exception = exceptionOf(error)
  const limit = exception && limitCodes.get(exception.code)
  if (limit) return new CollectorError(limit, exception.message, { cause: error })
  if (exception && statementCodes.has(exception.code)) {
    const defect = 'ClickHouse does not understand a statement of Downlink itself, which is a defect'
    return new Error(`${defect}: ${exception.message}`, { cause: error })
  }
  const message = `ClickHouse can't be read: ${exception?.message ?? messageOf(error)}`
  return new CollectorError('store_unavailable', message, { cause: error })
}

/** A query that somebody wrote failed: whatever the server says of it is about the query. */
export function queryErrorOf(error: unknown): Error {
  const exception = exceptionOf(error)
  if (error instanceof CollectorError || !exception) return readErrorOf(error)
  const isForbidden = forbiddenCodes.has(exception.code) || exception.message.includes('Multi-statements')
  const code = limitCodes.get(exception.code) ?? (isForbidden ? 'forbidden_sql' : 'bad_sql')
  return new CollectorError(code, exception.message, { cause: error })
}

const limitCodes: ReadonlyMap<number, CollectorErrorCode> = new Map([
  [158, 'query_too_large'],
  [159, 'query_timeout'],
  [160, 'query_timeout'],
  [202, 'query_busy'],
  [241, 'query_too_large'],
  [307, 'query_too_large'],
  [396, 'query_too_large'],
  [394, 'query_interrupted'],
])

/** Of what a user may not do. */
const forbiddenCodes = new Set([164, 291, 497])
