/** Guards routes by what whoever asks may do. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ApiAccess, ApiScope } from './api-access.ts'
import { sendError, sendLimited } from './api-errors.ts'

/** A Fastify `onRequest` hook, of a route or an instance. */
export type ScopeGuard = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>

/**
 * Where nothing is wanted for the scope, whoever the instance's origin policy lets in goes on: this machine's own page, or
 * none.
 *
 * @example app.post('/prune', { onRequest: requireScope(access, 'admin') }, prune)
 */
export function requireScope(access: ApiAccess, scope: ApiScope): ScopeGuard {
  return async ({ raw }, reply) => {
    const decision = access.judge(raw, scope)
    if (decision === 'allowed') return undefined
    if (decision === 'limited') return sendLimited(reply, access.retryAfterSeconds)
    if (decision === 'forbidden') return sendError(reply, 403, 'forbidden', forbidden)
    reply.header('www-authenticate', 'Bearer realm="downlink"')
    return sendError(reply, 401, 'unauthorised', `Expected the ${scope} token, as \`Authorization: Bearer …\`.`)
  }
}

/** Of the API's two scopes reading is included in the other, so that this one is wanted. */
const forbidden = 'What was shown may read. Expected the admin token, which `serve --admin-token-file` gives.'
