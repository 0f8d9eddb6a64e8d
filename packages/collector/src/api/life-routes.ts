/** Removes what is stored, for whoever administers. */
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.ts'
import type { DataLife } from '../life/data-life.ts'
import { sumOf } from '../life/pruner.ts'
import type { ApiAccess } from './api-access.ts'
import { sendError } from './api-errors.ts'
import { errorAnswer, input, whole } from './json-schema.ts'
import { answerWithProgress } from './progress-answer.ts'
import { requireScope } from './require-scope.ts'

interface PruneQuery {
  readonly olderThanMs?: number
  readonly compact: 'true' | 'false'
  readonly dryRun: 'true' | 'false'
}

const pruneInput = input(
  {
    olderThanMs: whole("How long ago it came, by the collector's clock"),
    compact: {
      type: 'string',
      enum: ['true', 'false'],
      default: 'false',
      description: "Then rewrites the database, so that the space of what was deleted is the disk's again",
    },
    dryRun: {
      type: 'string',
      enum: ['true', 'false'],
      default: 'false',
      description: 'Only counts what would be deleted',
    },
  },
  ['olderThanMs', 'compact', 'dryRun'],
)

const progress = {
  description:
    'Lines of JSON: `{ "progress": { "share", "events", "rejected" } }` now and then, and at last `{ "result": { "events", "rejected", "compaction" } }`, or `{ "error" }`',
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
        summary:
          'Deletes events, and rejected events, that came so long ago; their counts stay. Gives the space of what was deleted back',
        querystring: pruneInput,
        response: { 200: progress, default: errorAnswer },
      },
    },
    async ({ query: { olderThanMs, compact, dryRun } }, reply) => {
      if (olderThanMs === undefined && compact === 'false') {
        return sendError(reply, 400, 'bad_request', 'Expected olderThanMs, compact=true or both')
      }
      const { pruner, compact: compactDatabase } = life()
      const slices = olderThanMs === undefined ? [] : await pruner.plan(wallMs() - olderThanMs)
      return answerWithProgress(reply, async (onProgress) => {
        if (dryRun === 'true') return sumOf(slices)
        const pruned = await pruner.prune(slices, onProgress)
        return compact === 'true' ? { ...pruned, compaction: await compactDatabase() } : pruned
      })
    },
  )
}
