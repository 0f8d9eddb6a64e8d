/** Removes what is stored, and judges anew what was not, for whoever administers. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { isRecordedId } from '../commit/session-record.ts'
import { CollectorError } from '../errors.ts'
import type { LifeRequests } from '../life/data-life.ts'
import type { ForgetProgress, Forgotten } from '../life/forgetter.ts'
import { sumOf } from '../life/pruner.ts'
import type { MatchingSession } from '../query/matching-sessions.ts'
import type { ApiAccess } from './api-access.ts'
import { sendError } from './api-errors.ts'
import { errorAnswer, input, onOrOff, whole } from './json-schema.ts'
import { answerWithProgress, progressAnswer } from './progress-answer.ts'
import { requireScope } from './require-scope.ts'
import { sessionInputs } from './session-schemas.ts'

interface PruneQuery {
  readonly olderThanMs?: number
  readonly trustClock: 'true' | 'false'
  readonly compact: 'true' | 'false'
  readonly dryRun: 'true' | 'false'
}

const pruneInput = input(
  {
    olderThanMs: whole("How long ago it came, by the collector's clock"),
    trustClock: onOrOff('Goes by the clock also where it is suddenly far ahead of how long the collector has run'),
    compact: onOrOff("Then rewrites the database, so that the space of what was deleted is the disk's again"),
    dryRun: onOrOff('Only counts what would be deleted'),
  },
  ['olderThanMs', 'trustClock', 'compact', 'dryRun'],
)

const pruning = progressAnswer(
  '{ "share", "events", "rejected" }',
  '{ "events", "rejected", "clockAheadMs", "compaction" }',
)

const forgetInput = input(
  {
    where: {
      type: 'string',
      title: 'a condition in SQL of 1 to 8000 characters',
      minLength: 1,
      maxLength: 8000,
      description: "Such as `labels->>'player' = 'x'`",
    },
    dryRun: onOrOff('Only counts what would be forgotten'),
  },
  ['dryRun'],
)

interface ForgetQuery {
  readonly where: string
  readonly dryRun: 'true' | 'false'
}

const forgetting = progressAnswer('{ "step" }', '{ "sessions", "events", "rejected", "files", "backups", "sentTo" }')

interface RejudgeQuery {
  readonly type?: string
  readonly dryRun: 'true' | 'false'
}

const rejudgeInput = input(
  {
    type: { type: 'string', minLength: 1, maxLength: 1000, description: 'Only events of this type' },
    dryRun: onOrOff('Only counts what would be stored'),
  },
  ['type', 'dryRun'],
)

const rejudging = progressAnswer(
  '{ "share", "judged", "events" }',
  '{ "judged", "events", "counts": [{ "type", "code", "events" }] }',
)

export interface LifeRoutesOptions {
  readonly life: () => LifeRequests
  readonly access: ApiAccess
}

export function lifeRoutes(app: FastifyInstance, options: LifeRoutesOptions): void {
  pruneRoute(app, options)
  rejudgeRoute(app, options)
  forgetRoutes(app, options)
}

function pruneRoute(app: FastifyInstance, { life, access }: LifeRoutesOptions): void {
  app.post<{ Querystring: PruneQuery }>(
    '/prune',
    {
      onRequest: requireScope(access, 'admin'),
      schema: {
        summary:
          'Deletes events, and rejected events, that came so long ago; their counts stay. Gives the space of what was deleted back',
        querystring: pruneInput,
        response: { 200: pruning, default: errorAnswer },
      },
    },
    async ({ query: { olderThanMs, trustClock, compact, dryRun } }, reply) => {
      if (olderThanMs === undefined && compact === 'false') {
        return sendError(reply, 400, 'bad_request', 'Expected olderThanMs, compact=true or both')
      }
      const { pruner, ageClock, compact: compactDatabase } = life()
      const { nowMs, aheadMs } = await ageClock.read()
      const clockAheadMs = trustClock === 'true' ? 0 : aheadMs
      const endMs = trustClock === 'true' ? nowMs + aheadMs : nowMs
      return answerWithProgress(reply, async (onProgress) => {
        const slices = olderThanMs === undefined ? [] : await pruner.plan({ receivedBeforeMs: endMs - olderThanMs })
        if (dryRun === 'true') return { ...sumOf(slices), clockAheadMs }
        const pruned = { ...(await pruner.prune(slices, onProgress)), clockAheadMs }
        return compact === 'true' ? { ...pruned, compaction: await compactDatabase() } : pruned
      })
    },
  )
}

function rejudgeRoute(app: FastifyInstance, { life, access }: LifeRoutesOptions): void {
  app.post<{ Querystring: RejudgeQuery }>(
    '/rejudge',
    {
      onRequest: requireScope(access, 'admin'),
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
}

function forgetRoutes(app: FastifyInstance, { life, access }: LifeRoutesOptions): void {
  const mayAdminister = requireScope(access, 'admin')
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
      // What is in the path is part of a condition in SQL of whichever dialect: what no session is called stays out of it.
      const where = `session_id = '${id}'`
      const found = isRecordedId(id) ? await findAtOnce(where) : []
      if (found?.length === 0) return sendError(reply, 404, 'not_found', 'There is no such session')
      return forget(reply, { where, found, isDryRun: false })
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
    async ({ query: { where, dryRun } }, reply) =>
      forget(reply, { where, found: await findAtOnce(where), isDryRun: dryRun === 'true' }),
  )

  /** What is wrong with a condition is refused with a status. Undefined where the database is away, or behind. */
  async function findAtOnce(where: string): Promise<readonly MatchingSession[] | undefined> {
    try {
      return await life().forgetter.find(where)
    } catch (error) {
      if (error instanceof CollectorError && error.code === 'store_unavailable') return undefined
      throw error
    }
  }

  interface Forgetting {
    readonly where: string
    readonly found: readonly MatchingSession[] | undefined
    readonly isDryRun: boolean
  }

  function forget(reply: FastifyReply, { where, found, isDryRun }: Forgetting): FastifyReply {
    const { forgetter } = life()
    return answerWithProgress<ForgetProgress, Forgotten>(reply, async (onProgress) => {
      if (!found) onProgress({ step: 'waiting' })
      const sessions = found ?? (await forgetter.findOnceThere(where))
      const events = sessions.reduce((sum, { stored }) => sum + stored, 0)
      if (isDryRun || sessions.length === 0) {
        return { sessions: sessions.length, events, rejected: 0, files: [], backups: [], sentTo: null }
      }
      return forgetter.forget(
        sessions.map(({ sessionId }) => sessionId),
        onProgress,
      )
    })
  }
}
