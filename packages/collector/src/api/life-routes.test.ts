import fastify from 'fastify'
import { expect, it } from 'vitest'
import { CollectorError } from '../errors.ts'
import type { DataLife } from '../life/data-life.ts'
import type { Forgetter } from '../life/forgetter.ts'
import type { ApiAccess } from './api-access.ts'
import { useApiRules } from './check-input.ts'
import { lifeRoutes } from './life-routes.ts'

const behind = new CollectorError('store_unavailable', 'The store did not catch up with the log in 5000 ms')
const forgotten = { sessions: 1, events: 2, rejected: 0, files: [], backups: [], sentTo: null }

/** The lines of what a forget answers where the database is behind at first, and then knows these sessions. */
async function forget(method: 'DELETE' | 'POST', url: string, known = ['a']) {
  const asked: string[] = []
  const forgetter: Forgetter = {
    find: () => Promise.reject(behind),
    async findOnceThere(condition) {
      asked.push(condition)
      return known.map((sessionId) => ({ sessionId, stored: 2 }))
    },
    async forget(sessionIds, onProgress) {
      onProgress?.({ step: 'deleting' })
      asked.push(...sessionIds)
      return forgotten
    },
    resume() {},
  }
  const app = fastify()
  useApiRules(app)
  // Nothing else of them is asked for.
  const [life, access] = [{ forgetter } as DataLife, { decide: async () => 'allowed' } as unknown as ApiAccess]
  lifeRoutes(app, { life: () => life, access })
  const { statusCode, body } = await app.inject({ method, url })
  await app.close()
  const lines = body.trim().split('\n')
  return { statusCode, lines: lines.map((line) => JSON.parse(line)), asked }
}

it('waits for a database that is behind what was acknowledged, and says so, before anybody is found or not', async () => {
  const waiting = { progress: { step: 'waiting' } }
  const deleting = { progress: { step: 'deleting' } }
  expect(await forget('DELETE', '/sessions/plain:a')).toEqual({
    statusCode: 200,
    lines: [waiting, deleting, { result: forgotten }],
    asked: ["session_id = 'plain:a'", 'a'],
  })
  expect((await forget('POST', '/forget?where=true')).lines).toEqual([waiting, deleting, { result: forgotten }])
  expect((await forget('POST', '/forget?where=true&dryRun=true')).lines).toEqual([waiting, { result: forgotten }])
  expect((await forget('DELETE', '/sessions/a', [])).lines.at(-1)).toMatchObject({ result: { sessions: 0 } })
})

it('asks nobody for what no session can be called: it may have SQL', async () => {
  for (const id of ["it's", "x%5C'%20OR%201=1%20--%20", 'a%0Ab', '%CE%B1']) {
    expect(await forget('DELETE', `/sessions/${id}`)).toMatchObject({ statusCode: 404, asked: [] })
  }
})
