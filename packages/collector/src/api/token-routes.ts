/** Where a browser shows the read token once, and gets a cookie for it. Nothing here asks for a token. */
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { sendError } from './api-errors.ts'
import type { ReadAccess } from './read-access.ts'
import { errorAnswer, queries } from './schemas.ts'

export interface TokenRoutesOptions {
  readonly access: ReadAccess
  /** Where the cookie holds. */
  readonly path: string
  /** Does whoever asks reach the collector over https? */
  readonly isSecure: (request: IncomingMessage) => boolean
}

export function tokenRoutes(app: FastifyInstance, { access, path, isSecure }: TokenRoutesOptions): void {
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
      if (!access.allowsToken(body.token)) return sendError(reply, 401, 'unauthorised', 'This is not the read token.')
      reply.header('set-cookie', access.cookie({ path, secure: isSecure(raw) }))
      return reply.code(204).send()
    },
  )
}
