/** Makes backups, for whoever administers. */
import type { FastifyInstance } from 'fastify'
import { type Backups, keptBackups } from '../backup/backups.ts'
import type { ApiAccess } from './api-access.ts'
import { errorAnswer, input, whole } from './json-schema.ts'
import { answerWithProgress, progressAnswer } from './progress-answer.ts'
import { requireScope } from './require-scope.ts'

const backupInput = input(
  { keep: { ...whole('How many backups are kept, this one among them'), minimum: 1, default: keptBackups } },
  ['keep'],
)

const backingUp = progressAnswer('{ "step", "share" }', '{ "path", "manifest", "removed" }')

/** It goes where whoever runs the collector has said: who administers over HTTP names no path of the machine. */
export function backupRoute(app: FastifyInstance, backups: () => Backups, access: ApiAccess): void {
  app.post<{ Querystring: { readonly keep: number } }>(
    '/backup',
    {
      onRequest: requireScope(access, 'admin'),
      schema: {
        summary: "Copies the database, as it is now, into the collector's folder of backups, and verifies the copy",
        querystring: backupInput,
        response: { 200: backingUp, default: errorAnswer },
      },
    },
    ({ query: { keep } }, reply) => answerWithProgress(reply, (onProgress) => backups().make(keep, onProgress)),
  )
}
