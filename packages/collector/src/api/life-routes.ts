/** Removes what is stored, for whoever administers. */
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.ts'
import type { DataLife } from '../life/data-life.ts'
import { sumOf } from '../life/pruner.ts'
import type { ApiAccess } from './api-access.ts'
import { answerWithProgress } from './progress-answer.ts'
import { requireScope } from './require-scope.ts'
import { errorAnswer, queries } from './schemas.ts'

interface PruneQuery {
  readonly olderThanMs: number
  readonly dryRun: 'true' | 'false'
}

const progress = {
  description:
    'Lines of JSON: `{ "progress": { "share", "events", "rejected" } }` now and then, and at last `{ "result": { "events", "rejected" } }`, or `{ "error" }`',
  content: { 'application/x-ndjson': { schema: { type: 'string' } } },
}

export function lifeRoutes(
  app: FastifyInstance,
  life: () => DataLife,
  access: ApiAccess,
  wallMs: Clock['wallMs'],
): void {
  app.post<{ Querystring: PruneQuery }>(
    '/prune',
    {
      onRequest: requireScope(access, 'admin'),
      schema: {
        summary: 'Deletes events, and rejected events, that came so long ago; their counts stay',
        querystring: queries.prune,
        response: { 200: progress, default: errorAnswer },
      },
    },
    async ({ query: { olderThanMs, dryRun } }, reply) => {
      const { pruner } = life()
      const slices = await pruner.plan(wallMs() - olderThanMs)
      return answerWithProgress(reply, async (onProgress) =>
        dryRun === 'true' ? sumOf(slices) : pruner.prune(slices, onProgress),
      )
    },
  )
}
