import { describe, expect, it } from 'vitest'
import { aBatch, aPosition, createFakeLogWriter } from '../test-doubles.ts'
import type { CommitNotice } from './commit-feed.ts'
import { createGroupCommit, type GroupCommitOptions } from './group-commit.ts'
import type { Operation } from './operation.ts'

function aLog(over: Partial<GroupCommitOptions> = {}) {
  const writer = createFakeLogWriter()
  const timers: (() => void)[] = []
  const log = createGroupCommit({
    log: writer,
    source: writer,
    groupMs: 5,
    groupEvents: 100,
    setTimer: (run) => timers.push(run),
    ...over,
  })
  for (const id of ['s', 't']) log.begin(id)
  return { writer, log, timers, fire: () => timers.shift()?.() }
}

it('joins what comes within the time into one group, a write a session', async () => {
  const { writer, log, fire, timers } = aLog()
  const outcomes = [
    log.append('s', 0, aBatch(1, 2)),
    log.append('t', 0, aBatch(1, 3)),
    log.append('s', 2, aBatch(3, 1)),
  ]
  expect(timers).toHaveLength(1)
  expect(writer.written).toHaveLength(0)
  fire()
  const settled = await Promise.all(outcomes)
  expect(writer.written).toHaveLength(1)
  expect(settled.map((outcome) => outcome.kind === 'committed' && outcome.record.committedSeq)).toEqual([3, 3, 3])
  expect(writer.written[0]?.map(({ sessionId, from, batches }) => [sessionId, from, batches.length])).toEqual([
    ['s', 0, 2],
    ['t', 0, 1],
  ])
})

it('does not wait for the time once there are events enough', async () => {
  const { writer, log } = aLog({ groupEvents: 4 })
  await Promise.all([log.append('s', 0, aBatch(1, 2)), log.append('s', 2, aBatch(3, 2))])
  expect(writer.written).toHaveLength(1)
})

it('calls an append stale that does not start where the session stands', async () => {
  const { writer, log, fire } = aLog()
  const outcomes = [log.append('s', 0, aBatch(1, 2)), log.append('s', 5, aBatch(6, 1))]
  fire()
  expect(await Promise.all(outcomes)).toMatchObject([{ kind: 'committed' }, { kind: 'stale', committedSeq: 2 }])
  expect(writer.rows.get('s')?.committedSeq).toBe(2)
})

it('takes nothing that follows a failed append, so that no hole is stored', async () => {
  const { writer, log } = aLog({ groupEvents: 2 })
  writer.failWith = { kind: 'unavailable', reason: 'disk full' }
  const first = log.append('s', 0, aBatch(1, 2))
  const second = log.append('s', 2, aBatch(3, 2))
  expect(await first).toEqual({ kind: 'unavailable' })
  writer.failWith = undefined
  expect(await second).toEqual({ kind: 'unavailable' })
  expect(writer.written).toHaveLength(0)
})

it('reads a session back after everything that was appended before', async () => {
  const { log, fire } = aLog()
  const appended = log.append('s', 0, aBatch(1, 2))
  const read = log.read('s', false)
  fire()
  await appended
  expect(await read).toMatchObject({ kind: 'known', record: { committedSeq: 2 } })
})

it('counts stored, rejected, dropped, missing and pushed exactly at the committed sequence', async () => {
  const { log, fire } = aLog()
  const rejected = [{ sessionId: 's', seq: 9, code: 'unknown_type', message: '', raw: '', receivedAt: 1 } as const]
  const outcome = log.append(
    's',
    0,
    aBatch(5, 4, { missing: 4, upTo: 11, pushed: 20, rejected, dropped: { overflow: 2 } }),
  )
  fire()
  expect(await outcome).toMatchObject({
    record: {
      committedSeq: 11,
      pushed: 20,
      stored: 4,
      missing: 4,
      rejected: { unknown_type: 1 },
      dropped: { overflow: 2 },
    },
  })
})

it('asks nobody about a session that was made a moment ago', async () => {
  const { writer, log, fire } = aLog()
  writer.readSessions = async () => {
    throw new Error('Not to be asked')
  }
  log.begin('s')
  const outcome = log.append('s', 0, aBatch(1, 1))
  fire()
  expect(await outcome).toMatchObject({ kind: 'committed', record: { committedSeq: 1 } })
})

it('asks once about a session that nobody has seen', async () => {
  const { writer, log, fire } = aLog()
  let asked = 0
  writer.readSessions = async () => {
    asked++
    return new Map()
  }
  expect(await log.read('u', true)).toEqual({ kind: 'unknown' })
  const outcome = log.append('u', 0, aBatch(1, 1))
  fire()
  expect(await outcome).toMatchObject({ kind: 'committed' })
  expect(asked).toBe(1)
})

it('has not ended where it goes on after its end', async () => {
  const { log, fire } = aLog()
  const outcomes = [log.append('s', 0, aBatch(1, 2, { end: true })), log.append('s', 2, aBatch(3, 1))]
  fire()
  expect(await Promise.all(outcomes)).toMatchObject([{}, { record: { ended: false, pushed: 3 } }])
})

it('is not ended by a late beacon from before the session went on', async () => {
  const { log, fire } = aLog()
  const outcomes = [
    log.append('s', 0, aBatch(1, 2, { pushed: 5 })),
    log.append('s', 2, aBatch(3, 0, { pushed: 2, end: true })),
  ]
  fire()
  expect(await Promise.all(outcomes)).toMatchObject([{}, { record: { ended: false, pushed: 5 } }])
})

it('tells listeners after the commit, and makes nothing while there are none', async () => {
  const notices: CommitNotice[] = []
  const listener = { listeners: 0, publish: (notice: CommitNotice) => void notices.push(notice) }
  const { log, fire } = aLog({ listener })
  const quiet = log.append('s', 0, aBatch(1, 1))
  fire()
  await quiet
  listener.listeners = 1
  const heard = log.append('s', 1, aBatch(2, 1))
  fire()
  await heard
  expect(notices.map(({ events }) => events.map(({ id }) => id))).toEqual([['s:2']])
})

it('settles at once when asked to, and only once all appends are', async () => {
  const { log, writer } = aLog()
  let open = () => {}
  writer.gate = new Promise((resolve) => {
    open = resolve
  })
  const outcome = log.append('s', 0, aBatch(1, 1))
  let settled = false
  const settling = log.settled().then(() => {
    settled = true
  })
  await new Promise(setImmediate)
  expect(settled).toBe(false)
  open()
  await Promise.all([outcome, settling])
  expect(writer.written).toHaveLength(1)
})

it('probes with a group of nothing, and writes afterwards what came meanwhile', async () => {
  const { writer, log } = aLog({ groupEvents: 2 })
  const probed = log.probe()
  const appended = log.append('s', 0, aBatch(1, 2))
  await probed
  expect(await appended).toMatchObject({ kind: 'committed' })
  expect(writer.written.map((writes) => writes.length)).toEqual([0, 1])
})

it('tells a store that comes where each session stands, beside what is appended', async () => {
  const { writer, log } = aLog({ groupEvents: 1 })
  await log.append('s', 0, aBatch(1, 2, { pushed: 5, end: true }))
  await log.append('t', 0, aBatch(1, 1))
  log.begin('new')
  writer.written.length = 0
  const appended = log.append('t', 1, aBatch(2, 1))
  log.onStoreUp()
  await appended
  await log.settled()
  const writes = writer.written.flat()
  expect(writes.map(({ sessionId, from, record }) => [sessionId, from, record.committedSeq])).toEqual([
    // Its own entry tells it as well.
    ['t', 1, 2],
    ['s', 2, 2],
  ])
  expect(writes[1]?.record).toMatchObject({ pushed: 5, ended: true, stored: 2 })
})

it('tells the meter what is appended, what became of it, and how long the log took', async () => {
  const heard: unknown[] = []
  let nowMs = 0
  const { writer, log, fire } = aLog({
    now: () => (nowMs += 7),
    meter: {
      appended: ({ upTo }) => heard.push(['appended', upTo]),
      answered: ({ upTo }, { kind }) => heard.push([kind, upTo]),
      wrote: (kind, durationMs) => heard.push([kind, durationMs]),
    },
  })
  const first = log.append('s', 0, aBatch(1, 2))
  fire()
  await first
  writer.failWith = { kind: 'unavailable', reason: 'full' }
  const second = log.append('s', 2, aBatch(3, 1))
  fire()
  await second
  expect(heard).toEqual([
    ['appended', 2],
    ['written', 7],
    ['committed', 2],
    ['appended', 3],
    ['unavailable', 7],
    ['unavailable', 3],
  ])
})

describe('an operation', () => {
  const operation: Operation = { id: 'o', kind: 'expire', askedAtMs: 5, receivedBeforeMs: 3 }

  it('is written behind the appends of its group, at once', async () => {
    const { writer, log } = aLog()
    const appended = log.append('s', 0, aBatch(1, 2))
    expect(await log.appendOperation(operation)).toBe(true)
    expect(await appended).toMatchObject({ kind: 'committed' })
    expect([writer.written.length, writer.operations]).toEqual([1, [operation]])
  })

  it('tells the place in the log up to which sessions are forgotten, each time that some are', async () => {
    const told: unknown[] = []
    const { log } = aLog({ onForgotten: (sessionIds, until) => told.push([sessionIds, until]) })
    await log.appendOperation({ id: 'p', kind: 'forget', askedAtMs: 5, sessionIds: ['s', 't'] })
    expect(told).toEqual([[['s', 't'], aPosition]])
    await log.appendOperation(operation)
    await log.appendOperation({ id: 'q', kind: 'forget', askedAtMs: 5, sessionIds: ['u'] })
    expect(told).toHaveLength(2)
  })

  it('is not taken where the log takes nothing, and not tried again', async () => {
    const told: unknown[] = []
    const { writer, log, fire } = aLog({ onForgotten: (sessionIds) => told.push(sessionIds) })
    writer.failWith = { kind: 'unavailable', reason: 'disk full' }
    expect(await log.appendOperation(operation)).toBe(false)
    expect(await log.appendOperation({ id: 'p', kind: 'forget', askedAtMs: 5, sessionIds: ['s'] })).toBe(false)
    expect(told).toEqual([])
    writer.failWith = undefined
    const appended = log.append('s', 0, aBatch(1, 2))
    fire()
    expect(await appended).toMatchObject({ kind: 'committed' })
    expect(writer.operations).toEqual([])
  })
})
