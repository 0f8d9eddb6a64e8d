import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { newRecord } from '../commit/session-record.ts'
import type { Position } from '../log/read-log.ts'
import { aPosition } from '../test-doubles.ts'
import { createDuckDBStore } from './duckdb-store.ts'
import type { Database } from './open-database.ts'
import { tableDefinitions } from './tables.ts'

/** A database in memory, whose `COMMIT` can be made to fail. */
async function aDatabase() {
  const state = { failWith: '', reopened: 0, reopenFails: false, released: 0 }
  let instance = await create()
  async function create() {
    const created = await DuckDBInstance.create(':memory:')
    const connection = await created.connect()
    for (const definition of tableDefinitions) await connection.run(definition)
    return created
  }
  const database: Database = {
    folder: '/',
    exportFolder: '/',
    copyFolder: '/',
    bytes: async () => 0,
    async connect() {
      const connection: DuckDBConnection = await instance.connect()
      const run = connection.run.bind(connection)
      connection.run = (sql, ...rest) =>
        sql === 'COMMIT' && state.failWith ? Promise.reject(new Error(state.failWith)) : run(sql, ...rest)
      return connection
    },
    release() {
      state.released++
    },
    async reopen() {
      if (state.reopenFails) throw new Error('still broken')
      state.reopened++
      instance = await create()
    },
    async replaceBy() {},
    async keepHeaders() {},
    async close() {},
  }
  return { state, database }
}

const record = {
  ...newRecord('s', 1000),
  committedSeq: 2,
  pushed: 3,
  stored: 2,
  rejected: { bad_event: 1 },
  labels: { a: 'é"\'' },
}
const event = { type: "it's", timestamp: 1.5, data: { a: '"\u0000' }, json: '{"a":"\\"\\u0000"}' }
const group = {
  events: [{ sessionId: 's', receivedAt: 2000, events: [{ seq: 2, event, envelope: '{"id":1}' }] }],
  rejected: [{ sessionId: 's', seq: 1, code: 'bad_text', message: 'm', raw: '\ud800', receivedAt: 2000 } as const],
  earlierLabels: [],
  sessions: [record],
  position: aPosition,
  logBytes: 0,
}

it('gives back the sessions that it was given', async () => {
  const { database } = await aDatabase()
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} })
  expect(await store.write(group)).toEqual({ kind: 'written' })
  expect((await store.readSessions(['s', 'unknown'])).get('s')).toEqual(record)
  const next = { ...record, committedSeq: 9, build: 'b', ended: true }
  await store.write({
    events: [],
    rejected: [],
    earlierLabels: [],
    sessions: [next, newRecord('t', 5)],
    position: aPosition,
    logBytes: 0,
  })
  expect(await store.readSessions(['s', 't'])).toEqual(
    new Map([
      ['s', next],
      ['t', newRecord('t', 5)],
    ]),
  )
})

it('stands where the last group left it in the log', async () => {
  const { database } = await aDatabase()
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} })
  expect(await store.readPosition()).toBeUndefined()
  await store.write(group)
  await store.write({ ...group, events: [], rejected: [], position: { segment: 'b', offset: 2 ** 40 } })
  expect(await store.readPosition()).toEqual({ segment: 'b', offset: 2 ** 40 })
})

it('moves its place in the log only together with what stands before it', async () => {
  const { database, state } = await aDatabase()
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} })
  await store.write(group)
  const later = { ...group, position: { segment: 'b', offset: 7 } }
  const unstorable = { sessionId: 's', receivedAt: 1, events: [{ seq: 3, event: { ...event, timestamp: 1e300 } }] }
  expect(await store.write({ ...later, events: [unstorable] })).toMatchObject({ kind: 'refused' })
  expect(await store.readPosition()).toEqual(aPosition)
  state.failWith = 'TransactionContext Error: Failed to commit: No space left on device'
  expect(await store.write(later)).toMatchObject({ kind: 'unavailable' })
  state.failWith = ''
  expect(await store.readPosition()).toEqual(aPosition)
})

it('leaves nothing behind of a trial', async () => {
  const { database } = await aDatabase()
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} })
  expect(await store.tryEvent(group.events[0] ?? { sessionId: '', receivedAt: 0, events: [] })).toEqual({
    kind: 'written',
  })
  const connection = await database.connect()
  expect((await connection.runAndReadAll('SELECT count(*)::INT FROM events')).getRows()).toEqual([[0]])
})

it('tells content that can never be stored from a store that can take none now', async () => {
  const { database } = await aDatabase()
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} })
  const unstorable = { ...event, timestamp: 1e300 }
  const events = [{ sessionId: 's', receivedAt: 1, events: [{ seq: 1, event: unstorable }] }]
  expect(await store.write({ ...group, events })).toMatchObject({ kind: 'refused' })
  expect(store.available).toBe(true)
  expect(await store.write(group)).toEqual({ kind: 'written' })
})

it('quotes nothing of what the database refuses in the reason, and says all in the detail', async () => {
  const { database } = await aDatabase()
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} })
  const sessions = [{ ...record, sessionId: 'secret', labels: { a: '\ud800' } }]
  expect(await store.write({ ...group, sessions })).toEqual({
    kind: 'refused',
    reason: 'Conversion Error',
    detail: expect.stringContaining('secret'),
  })
  const events = [{ sessionId: 's', receivedAt: 1, events: [{ seq: 1, event: { ...event, timestamp: 1e300 } }] }]
  expect(await store.write({ ...group, events })).toEqual({
    kind: 'refused',
    reason: 'A value fits no column',
    detail: expect.stringMatching(/./),
  })
})

it('moves the log into the file once it has grown enough, unless that would fill the disk', async () => {
  const checkpointsAfter = async (logBytes: number) => {
    const { database } = await aDatabase()
    const done: Position[] = []
    const store = await createDuckDBStore(database, {
      checkpointBytes: 1000,
      onCheckpoint: (position) => done.push(position),
      onCheckpointFailure() {},
    })
    await store.write({ ...group, logBytes })
    await store.close()
    return done
  }
  expect(await checkpointsAfter(10)).toEqual([])
  expect(await checkpointsAfter(1000)).toEqual([aPosition])
  expect(await checkpointsAfter(2 ** 60)).toEqual([])
})

it('releases its connections only once nothing runs on them', async () => {
  const { database, state } = await aDatabase()
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} })
  let isWritten = false
  const writing = store.write(group).then(() => {
    isWritten = true
  })
  await store.close()
  expect(isWritten).toBe(true)
  expect(state.released).toBe(3)
  await writing
})

it('goes on after a failed commit, and says meanwhile that it is unavailable', async () => {
  const { database, state } = await aDatabase()
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} })
  state.failWith = 'TransactionContext Error: Failed to commit: No space left on device'
  expect(await store.write(group)).toMatchObject({ kind: 'unavailable' })
  expect([store.available, state.reopened]).toEqual([false, 0])
  state.failWith = ''
  expect(await store.write(group)).toEqual({ kind: 'written' })
  expect(store.available).toBe(true)
})

it('opens the database anew after a fatal error, until that works', async () => {
  const { database, state } = await aDatabase()
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} })
  state.failWith = 'FATAL Error: database has been invalidated because of a previous fatal error'
  expect(await store.write(group)).toMatchObject({ kind: 'unavailable' })
  Object.assign(state, { failWith: '', reopenFails: true })
  expect(await store.write(group)).toMatchObject({ kind: 'unavailable', reason: 'still broken' })
  await expect(store.readSessions(['s'])).rejects.toThrow('still broken')
  state.reopenFails = false
  // Whoever read first has opened another database, and the writer must hear of it: this one is empty.
  expect((await store.readSessions(['s'])).size).toBe(0)
  expect(await store.write(group)).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('position') })
  expect(await store.readPosition()).toBeUndefined()
  expect(await store.write(group)).toEqual({ kind: 'written' })
  expect([store.available, state.reopened]).toEqual([true, 1])
})

const noMemory = 'Out of Memory Error: could not allocate block'

it('has readers give way and writes again where memory was lacking', async () => {
  const { database, state } = await aDatabase()
  state.failWith = noMemory
  const onOutOfMemory = () => {
    state.failWith = ''
  }
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {}, onOutOfMemory })
  expect(await store.write(group)).toEqual({ kind: 'written' })
  expect((await store.readSessions(['s'])).size).toBe(1)
})

it.each([
  [noMemory, 1],
  ['TransactionContext Error: Failed to commit: No space left on device', 0],
])('after %j has readers give way %i times, and tries no more', async (reason, expected) => {
  const { database, state } = await aDatabase()
  state.failWith = reason
  let times = 0
  const onOutOfMemory = () => void times++
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {}, onOutOfMemory })
  expect(await store.write(group)).toEqual({ kind: 'unavailable', reason })
  expect(times).toBe(expected)
})

it('releases no connection on which something runs', async () => {
  const { state, database } = await aDatabase()
  const store = await createDuckDBStore(database, { onCheckpoint() {}, onCheckpointFailure() {} })
  const releasedMeanwhile = store.write(group).then(() => state.released)
  await store.close()
  expect(await releasedMeanwhile).toBe(0)
  expect(state.released).toBeGreaterThan(0)
})
