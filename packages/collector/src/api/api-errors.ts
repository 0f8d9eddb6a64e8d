/** Answers failures, whatever went wrong, as `{ error: { code, message } }`. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { CollectorError, type CollectorErrorCode } from '../errors.ts'

/** What only the HTTP side says. */
export type ApiErrorCode = 'bad_request' | 'unauthorised' | 'forbidden' | 'not_found' | 'too_fast' | 'internal'

const statuses: Partial<Record<CollectorErrorCode, number>> = {
  bad_sql: 400,
  bad_question: 400,
  forbidden_sql: 403,
  query_timeout: 422,
  query_too_large: 422,
  source_map_too_large: 422,
  query_busy: 429,
  query_interrupted: 503,
  query_killed: 503,
  store_unavailable: 503,
  no_room: 507,
  not_on_cluster: 501,
  wrong_state: 503,
}

/** Statuses after which the same request may work. */
const retryable = new Set([429, 503])
const retryAfterSeconds = 2

/** What a failure is told as, where an answer is under way already. */
export const faultOf = (error: unknown): { readonly code: string; readonly message: string } =>
  error instanceof CollectorError
    ? { code: error.code, message: error.message }
    : { code: 'internal' satisfies ApiErrorCode, message: internalFault }

const internalFault = 'Something is wrong with the collector; its log says what.'

export function sendError(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  if (retryable.has(status) && !reply.hasHeader('retry-after')) reply.header('retry-after', String(retryAfterSeconds))
  return reply.code(status).send({ error: { code, message } })
}

/** An address that guesses read tokens is not told whether this one was right. */
export function sendLimited(reply: FastifyReply, retryAfterS: number): FastifyReply {
  const message = `Too many wrong read tokens came from this address. Try again in ${retryAfterS} s.`
  return sendError(reply.header('retry-after', String(retryAfterS)), 429, 'too_fast' satisfies ApiErrorCode, message)
}

export function answerError(error: FastifyError | CollectorError, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof CollectorError) {
    if (error.code === 'store_unavailable' || error.code === 'data_damaged')
      request.log.error({ err: error }, 'A read failed')
    sendError(reply, statuses[error.code] ?? 500, error.code, error.message)
    return
  }
  const status = error.statusCode ?? 500
  if (status < 500) {
    sendError(reply, status, 'bad_request' satisfies ApiErrorCode, error.message)
    return
  }
  // Where whoever asked has gone, that is all that failed.
  if (!reply.raw.destroyed) request.log.error({ err: error }, 'A request failed')
  sendError(reply, 500, 'internal' satisfies ApiErrorCode, internalFault)
}

export function answerNotFound(_request: FastifyRequest, reply: FastifyReply): void {
  sendError(
    reply,
    404,
    'not_found' satisfies ApiErrorCode,
    'There is nothing here. /api/openapi.json lists what there is.',
  )
}
