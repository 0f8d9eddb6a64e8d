/** Removes what is stored, and judges anew what was not, for whoever administers. */
import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.ts'
import type { DataLife } from '../life/data-life.ts'
import { sumOf } from '../life/pruner.ts'
import type { ReadClient } from '../store-process/read-client.ts'
import type { ApiAccess } from './api-access.ts'
import { sendError } from './api-errors.ts'
import { errorAnswer, input, whole } from './json-schema.ts'
import { answerWithProgress } from './progress-answer.ts'
import { requireScope } from './require-scope.ts'
import { sessionInputs } from './session-schemas.ts'

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

const forgetInput = input(
  {
    where: { type: 'string', minLength: 1, maxLength: 8000, description: "Such as `labels->>'player' = 'x'`" },
    dryRun: {
      type: 'string',
      enum: ['true', 'false'],
      default: 'false',
      description: 'Only counts what would be forgotten',
    },
  },
  ['dryRun'],
)

interface ForgetQuery {
  readonly where: string
  readonly dryRun: 'true' | 'false'
}

const forgetting = {
  description:
    'Lines of JSON: `{ "progress": { "step" } }`, and at last `{ "result": { "sessions", "events", "rejected", "files", "backups" } }`, or `{ "error" }`',
  content: { 'application/x-ndjson': { schema: { type: 'string' } } },
}

interface RejudgeQuery {
  readonly type?: string
  readonly dryRun: 'true' | 'false'
}

const rejudgeInput = input(
  {
    type: { type: 'string', minLength: 1, maxLength: 1000, description: 'Only events of this type' },
    dryRun: {
      type: 'string',
      enum: ['true', 'false'],
      default: 'false',
      description: 'Only counts what would be stored',
    },
  },
  ['type', 'dryRun'],
)

const rejudging = {
  description:
    'Lines of JSON: `{ "progress": { "share", "judged", "events" } }` now and then, and at last `{ "result": { "judged", "events", "counts": [{ "type", "code", "events" }] } }`, or `{ "error" }`',
  content: { 'application/x-ndjson': { schema: { type: 'string' } } },
}

export interface LifeRoutesOptions {
  readonly life: () => DataLife
  readonly access: ApiAccess
  readonly reads: Pick<ReadClient, 'query' | 'ledger'>
  readonly wallMs: Clock['wallMs']
}

export function lifeRoutes(app: FastifyInstance, { life, access, reads, wallMs }: LifeRoutesOptions): void {
  const mayAdminister = requireScope(access, 'admin')
  app.post<{ Querystring: PruneQuery }>(
    '/prune',
    {
      onRequest: mayAdminister,
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
  app.post<{ Querystring: RejudgeQuery }>(
    '/rejudge',
    {
      onRequest: mayAdminister,
      schema: {
        summary: 'Stores what schemas rejected and those of today accept, in its place in its session',
        querystring: rejudgeInput,
        response: { 200: rejudging, default: errorAnswer },
      },
    },
    ({ query: { type, dryRun } }, reply) =>
      answerWithProgress(reply, (onProgress) =>
        life().rejudger.rejudge({ type, dryRun: dryRun === 'true' }, onProgress),
      ),
  )
  app.delete<{ Params: { readonly id: string } }>(
    '/sessions/:id',
    {
      onRequest: mayAdminister,
      schema: {
        summary: 'Forgets a session: all that is stored of it goes but for numbers, and nothing more of it is taken',
        params: sessionInputs.session,
        response: { 200: forgetting, default: errorAnswer },
      },
    },
    async ({ params: { id } }, reply) => {
      if (!(await reads.ledger(id))) return sendError(reply, 404, 'not_found', 'There is no such session')
      return answerWithProgress(reply, (onProgress) => life().forgetter.forget([id], onProgress))
    },
  )
  app.post<{ Querystring: ForgetQuery }>(
    '/forget',
    {
      onRequest: mayAdminister,
      schema: {
        summary: 'Forgets the sessions that a condition over `sessions` picks',
        querystring: forgetInput,
        response: { 200: forgetting, default: errorAnswer },
      },
    },
    async ({ query: { where, dryRun } }, reply) => {
      const { rows, truncated } = await reads.query(`SELECT session_id, stored FROM sessions WHERE (${where}\n)`)
      if (truncated) {
        const message = `Expected a condition that picks fewer sessions at once: these are the first ${rows.length}`
        return sendError(reply, 422, 'query_too_large', message)
      }
      const events = rows.reduce((sum, [, stored]) => sum + Number(stored), 0)
      return answerWithProgress(reply, async (onProgress) =>
        dryRun === 'true' || rows.length === 0
          ? { sessions: rows.length, events, rejected: 0, files: [], backups: [] }
          : life().forgetter.forget(
              rows.map(([id]) => String(id)),
              onProgress,
            ),
      )
    },
  )
}
