import { expect, it } from 'vitest'
import { newRecord } from '../commit/session-record.ts'
import { aBatch } from '../test-doubles.ts'
import { forgettingBatch } from './forget-session.ts'
import { createStreamCommit } from './stream-commit.ts'
import type { Published, StreamWrite } from './stream-log.ts'

const maxMessageBytes = 262_144

/** A stream that has nothing yet, and answers each publish in the same way. */
function aCommit(answer: Published) {
  const published: StreamWrite[] = []
  let lastId = 0
  const commit = createStreamCommit({
    stream: {
      async publish(_, write) {
        published.push(write)
        return answer
      },
      readLast: async () => ({ kind: 'none' }),
    },
    source: { isUp: true, readSessions: async () => new Map() },
    maxMessageBytes,
    newWriteId: () => String(++lastId),
    keptMs: 600_000,
    setTimer: () => () => {},
    now: () => 0,
  })
  commit.begin('s')
  return { commit, published }
}

it('joins no more batches than a message holds, with their contexts', async () => {
  const { commit, published } = aCommit({ kind: 'written', seq: 1 })
  const context = JSON.stringify({ at: 'a'.repeat(20_000) })
  const events = (seq: number) => [{ seq, event: { type: 'a', timestamp: 1, json: 'null' }, context }]
  const seqs = Array.from({ length: 40 }, (_, at) => at + 1)
  const outcomes = await Promise.all(
    seqs.map((seq) => commit.append('s', seq - 1, aBatch(seq, 1, { events: events(seq) }))),
  )
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['committed']))
  expect(Math.max(...published.map(({ entry }) => entry.body.length))).toBeLessThan(maxMessageBytes)
  expect(published.length).toBeLessThan(20)
})

it('publishes nothing of a session behind the word that it is forgotten, unless it restarts', async () => {
  const { commit, published } = aCommit({ kind: 'written', seq: 1 })
  await commit.append('s', 0, aBatch(1, 5))
  const forgets = forgettingBatch({ ...newRecord('s', 1), committedSeq: 5, pushed: 5 }, 9)
  const outcomes = await Promise.all([
    ...[commit.append('s', 5, forgets), commit.append('s', 5, aBatch(6, 2))],
    commit.append('s', 5, { ...aBatch(6, 1), restarts: true }),
  ])
  expect(outcomes.map(({ kind }) => kind)).toEqual(['committed', 'stale', 'committed'])
  await commit.append('s', 6, forgettingBatch({ ...newRecord('s', 1), committedSeq: 6, pushed: 6 }, 9))
  expect(await commit.append('s', 6, aBatch(7, 2))).toEqual({ kind: 'stale', committedSeq: 6 })
  expect(published).toHaveLength(3)
})

it('says at once that it takes nothing while the stream is full', async () => {
  const { commit, published } = aCommit({ kind: 'full', reason: 'maximum bytes exceeded' })
  expect(await commit.append('s', 0, aBatch(1, 1))).toMatchObject({ kind: 'unavailable' })
  expect(published).toHaveLength(1)
})

it('publishes nothing that is larger than a message', async () => {
  const { commit, published } = aCommit({ kind: 'written', seq: 1 })
  const json = JSON.stringify('a'.repeat(maxMessageBytes))
  const batch = aBatch(1, 1, { events: [{ seq: 1, event: { type: 'a', timestamp: 1, json } }] })
  expect(await commit.append('s', 0, batch)).toMatchObject({ kind: 'unavailable' })
  expect(published).toEqual([])
})

it('lets others go on while sessions wait for their next try', async () => {
  const { commit, published } = aCommit({ kind: 'unsettled', reason: 'There is no leader' })
  const ids = Array.from({ length: 300 }, (_, at) => `s${at}`)
  for (const id of ids) {
    commit.begin(id)
    void commit.append(id, 0, aBatch(1, 1))
  }
  for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate)
  expect(published).toHaveLength(300)
})
