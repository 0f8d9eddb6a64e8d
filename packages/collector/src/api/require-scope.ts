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
  const expected = `Expected the ${scope} token, or a signed one of this scope`
  return async ({ raw }, reply) => {
    const decision = await access.decide(raw, scope)
    if (decision === 'allowed') return undefined
    if (decision === 'limited') return sendLimited(reply, access.retryAfterSeconds)
    if (decision === 'forbidden')
      return sendError(reply, 403, 'forbidden', `What was shown is for something else. ${expected}.`)
    reply.header('www-authenticate', 'Bearer realm="downlink"')
    return sendError(reply, 401, 'unauthorised', `${expected}, as \`Authorization: Bearer …\`.`)
  }
}
