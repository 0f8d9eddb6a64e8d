/** Where a browser shows the read token once, and gets a cookie for it. Nothing here asks for a token. */
import type { FastifyInstance } from 'fastify'
import { sendError, sendLimited } from './api-errors.ts'
import type { ReadAccess } from './read-access.ts'
import { errorAnswer, queries } from './schemas.ts'

export function tokenRoutes(app: FastifyInstance, access: ReadAccess): void {
  app.post<{ Body: { token: string } }>(
    '/token',
    {
      schema: {
        summary: 'A cookie for the read token',
        body: queries.token,
        response: { 204: { type: 'null', description: 'The cookie is set' }, default: errorAnswer },
      },
    },
    async ({ body, raw }, reply) => {
      const decision = access.admitsToken(body.token, raw)
      if (decision === 'limited') return sendLimited(reply, access.retryAfterSeconds)
      if (decision === 'refused') return sendError(reply, 401, 'unauthorised', 'This is not the read token.')
      return reply.header('set-cookie', access.cookieFor(raw)).code(204).send()
    },
  )
}
