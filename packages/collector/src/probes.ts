/** Answers the probes: `/healthz`, whether the process lives, and `/readyz`, whether it takes events, and answers reads. */
import type { FastifyInstance } from 'fastify'
import type { GroupCommit } from './commit/group-commit.ts'
import type { DataFolder } from './data-folder.ts'
import type { StoreProcess } from './store-process/store-process.ts'

export interface Readiness {
  /** Resolves to false while the log can't be written, or no more is taken. */
  ingest(): Promise<boolean>
  /** False while the store process is starting. */
  reads(): boolean
}

export function createReadiness(
  log: DataFolder['log'],
  commits: Pick<GroupCommit, 'probe'>,
  store: Pick<StoreProcess, 'isUp'>,
  takesMore: () => boolean,
): Readiness {
  return {
    async ingest() {
      // Whoever is told that we are not sends nothing, so no write of theirs would ever find out that we are again.
      if (!log.available && takesMore()) await commits.probe()
      return log.available && takesMore()
    },
    reads: () => store.isUp,
  }
}

export function probeRoutes(app: FastifyInstance, readiness: Readiness): void {
  // A page of another origin may know that a collector is there: a client in development says so where its path is wrong.
  app.get('/healthz', async (_request, reply) =>
    reply.header('access-control-allow-origin', '*').send({ status: 'ok' }),
  )
  app.get('/readyz', async (_request, reply) => {
    const isReady = await readiness.ingest()
    const reads = readiness.reads() ? 'ok' : 'starting'
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ok' : 'unavailable', reads })
  })
}
