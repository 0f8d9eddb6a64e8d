import { cutElement, protocolDefaults } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { newRecord, type SessionRecord } from '../commit/session-record.ts'
import { aBatch, createFakeLog } from '../test-doubles.ts'
import { createEventValidator } from './event-validator.ts'
import { createSession, type Session, type Taken } from './session.ts'
import type { Link } from './session-link.ts'

const validator = createEventValidator(protocolDefaults, {})
const received = (value: unknown) => cutElement(JSON.stringify(value), value)
const event = received({ type: 'a', timestamp: 1 })

function aSession(record?: SessionRecord, restarts = false) {
  const log = createFakeLog()
  const failures: Session[] = []
  let outstanding = record ? record.pushed - record.committedSeq : 0
  const session = createSession({
    id: 's',
    proofHash: 'p',
    record,
    restarts,
    log,
    validator,
    onOutstanding(events) {
      outstanding += events
    },
    onSocket() {},
    onFailed: (failed) => failures.push(failed),
  })
  const take = (seq: number, count: number, pushed = seq + count - 1) =>
    session.take({ seq, pushed, events: Array.from({ length: count }, () => event) }, 1000)
  return { session, log, failures, take, outstanding: () => outstanding }
}

const at = (committedSeq: number): SessionRecord => ({ ...newRecord('s', 0), committedSeq, pushed: committedSeq })
const committed = (committedSeq: number) => ({ kind: 'committed', record: at(committedSeq), rejected: [] }) as const
const resultOf = (taken: Taken) => {
  if (!taken.ok) throw new Error(`Expected it to be taken, got a hole after ${taken.accepted}`)
  return taken.result
}

it('appends each batch from where the one before ends, without waiting for it', () => {
  const { log, take } = aSession()
  take(1, 2)
  take(3, 2)
  expect(log.appends.map(({ expectedSeq, batch }) => [expectedSeq, batch.upTo])).toEqual([
    [0, 2],
    [2, 4],
  ])
})

it('trims what was accepted before', () => {
  const { log, take } = aSession(at(3))
  take(2, 4)
  expect(log.appends[0]?.batch.events.decode().map(({ seq }) => seq)).toEqual([4, 5])
})

it('refuses a hole, and tells how far it got', () => {
  const { log, take } = aSession(at(3))
  expect(take(5, 1)).toEqual({ ok: false, accepted: 3 })
  expect(log.appends).toHaveLength(0)
})

it('answers a repeat at once where it is committed', async () => {
  const { log, take } = aSession(at(3))
  expect(await resultOf(take(1, 3))).toMatchObject({ kind: 'committed', record: { committedSeq: 3 } })
  expect(log.appends).toHaveLength(0)
})

it('answers a repeat of what is under way only with its commit', async () => {
  const { log, take } = aSession()
  take(1, 2)
  let answered = false
  const repeat = resultOf(take(1, 2)).then((result) => {
    answered = true
    return result
  })
  await new Promise(setImmediate)
  expect(answered).toBe(false)
  await log.answer(committed(2))
  expect(await repeat).toMatchObject({ kind: 'committed', record: { committedSeq: 2 } })
})

it('counts what the sender believes acknowledged and nobody has as missing', () => {
  const { session, log } = aSession()
  const metadata = { ...newRecord('s', 0) }
  void session.handshake(metadata, { conn: 1, next: 11, pushed: 20 }, 1000)
  expect(log.appends[0]).toMatchObject({ expectedSeq: 0, batch: { missing: 10, upTo: 10, pushed: 20 } })
})

it('writes nothing for a hello that tells nothing new', async () => {
  const { session, log } = aSession(at(5))
  expect(await session.handshake(newRecord('s', 0), { conn: 1, next: 6, pushed: 5 }, 1000)).toMatchObject({
    record: { committedSeq: 5 },
  })
  expect(log.appends).toHaveLength(0)
})

it('records what a hello told with the first push, and nothing before', async () => {
  const { session, log, take } = aSession()
  const metadata = { ...newRecord('s', 0), build: 'b1' }
  expect(await session.handshake(metadata, { conn: 1, next: 1, pushed: 0 }, 1000)).toMatchObject({
    record: { committedSeq: 0 },
  })
  expect(await resultOf(session.take({ seq: 1, pushed: 0, events: [], end: true }, 1000))).toMatchObject({
    kind: 'committed',
    record: { committedSeq: 0 },
  })
  expect(log.appends).toHaveLength(0)
  take(1, 1)
  take(2, 1)
  expect(log.appends.map(({ batch }) => batch.metadata)).toEqual([metadata, undefined])
})

it('records a hello that owes something', () => {
  const { session, log } = aSession()
  void session.handshake(newRecord('s', 0), { conn: 1, next: 1, pushed: 4 }, 1000)
  expect(log.appends[0]?.batch).toMatchObject({ upTo: 0, pushed: 4 })
})

it('records the end that a repeat brings', () => {
  const { session, log } = aSession(at(3))
  session.take({ seq: 3, pushed: 3, events: [event], end: true }, 1000)
  expect(log.appends[0]).toMatchObject({ batch: { end: true, upTo: 3, events: { length: 0 } } })
})

it('records the second end of a session that went on after its first', () => {
  const { session, log, take } = aSession()
  session.take({ seq: 1, pushed: 1, events: [event], end: true }, 1000)
  take(2, 1)
  session.take({ seq: 3, pushed: 2, events: [], end: true }, 1000)
  expect(log.appends.map(({ batch }) => batch.end)).toEqual([true, false, true])
})

it('counts drops by reason, and only those that are new', () => {
  const { session, log } = aSession(at(2))
  session.take({ seq: 1, pushed: 6, events: [received({ drop: { overflow: 3, disabled: 2 } }), event] }, 1000)
  const { events, ...batch } = log.appends[0]?.batch ?? aBatch(1, 0)
  expect(batch).toMatchObject({ dropped: { overflow: 1, disabled: 2 }, upTo: 6 })
  expect(events.decode()).toMatchObject([{ seq: 6 }])
})

it('takes nothing more after a failed append: what was behind it is discarded too', async () => {
  const { session, log, failures, take } = aSession()
  const first = resultOf(take(1, 2))
  const second = resultOf(take(3, 2))
  let failed = 0
  session.attach({ epoch: 1, replaced() {}, failed: () => failed++ })
  await log.answer({ kind: 'unavailable' })
  await log.answer({ kind: 'stale', committedSeq: 0 })
  expect(await Promise.all([first, second])).toEqual([{ kind: 'unavailable' }, { kind: 'unavailable' }])
  expect(await resultOf(take(5, 1))).toEqual({ kind: 'unavailable' })
  // Never a hole: it is not the sender's fault that there is one.
  expect(await resultOf(take(9, 1))).toEqual({ kind: 'unavailable' })
  expect([failed, failures.length, log.appends.length]).toEqual([1, 1, 2])
})

it('lets a higher connection take over, and no lower or equal one', () => {
  const { session } = aSession()
  const replaced: number[] = []
  const link = (epoch: number): Link => ({ epoch, replaced: () => replaced.push(epoch), failed() {} })
  const third = link(3)
  expect(session.attach(link(2))).toBe(true)
  expect(session.attach(third)).toBe(true)
  expect(session.attach(link(1))).toBe(false)
  expect(session.attach(link(3))).toBe(false)
  expect(replaced).toEqual([2])
  session.detach(third)
  expect(session.open).toBe(false)
})

it('tells its link that it was replaced only where a higher connection went on with the session elsewhere', async () => {
  for (const [conn, told] of [
    [8, 'replaced'],
    [7, 'failed'],
    [undefined, 'failed'],
  ] as const) {
    const { session, log, take } = aSession(at(3))
    const heard: string[] = []
    session.attach({ epoch: 7, replaced: () => heard.push('replaced'), failed: () => heard.push('failed') })
    take(4, 1)
    await log.answer({ kind: 'stale', committedSeq: 9, conn })
    expect([heard, session.open]).toEqual([[told], false])
  }
})

it('says once over which connection it goes on, the highest that it has heard of', async () => {
  const { session, log, take } = aSession({ ...at(3), conn: 4 })
  const hello = (conn: number) => session.handshake(plain, { conn, next: 4, pushed: 3 }, 1000)
  // Nothing is new, so nothing is written yet.
  for (const conn of [4, 7, 6]) expect(await hello(conn)).toMatchObject({ kind: 'committed' })
  take(4, 1)
  take(5, 1)
  void session.handshake(plain, { conn: 9, next: 9, pushed: 9 }, 1000)
  expect(log.appends.map(({ batch }) => batch.conn)).toEqual([7, undefined, 9])
})

it('reads anew where it stands, and refuses nobody, where another collector may have told its sender more', async () => {
  const { session, log, failures, take } = aSession(at(3))
  log.isShared = true
  const heard: string[] = []
  session.attach({ epoch: 1, replaced: () => heard.push('replaced'), failed: () => heard.push('failed') })
  expect(await resultOf(take(6, 1))).toEqual({ kind: 'unavailable' })
  expect([heard, failures.length, log.appends.length]).toEqual([['failed'], 1, 0])
})

it('counts what it owes while nobody is there to bring it, and what it owes after its end', async () => {
  const { session, log, take, outstanding } = aSession({ ...at(3), pushed: 5 })
  const link: Link = { epoch: 1, replaced() {}, failed() {} }
  const outstandingAt = async (committedSeq: number, pushed: number, ended: boolean) => {
    await log.answer({ kind: 'committed', record: { ...at(committedSeq), pushed, ended }, rejected: [] })
    return outstanding()
  }
  expect(outstanding()).toBe(2)
  session.attach(link)
  expect(outstanding()).toBe(0)
  take(4, 1, 9)
  expect(await outstandingAt(4, 9, false)).toBe(0)
  session.detach(link)
  expect(outstanding()).toBe(5)
  take(5, 2, 9)
  expect(await outstandingAt(6, 9, false)).toBe(3)
  session.attach({ ...link, epoch: 2 })
  take(7, 1, 9)
  expect(await outstandingAt(7, 9, true)).toBe(2)
})

it('owes what was committed where an append fails, though its link is still closing', async () => {
  const { session, log, take, outstanding } = aSession({ ...at(3), pushed: 5 })
  const link: Link = { epoch: 1, replaced() {}, failed() {} }
  session.attach(link)
  take(4, 2)
  await log.answer({ kind: 'unavailable' })
  expect(outstanding()).toBe(2)
  session.detach(link)
  expect(outstanding()).toBe(2)
})

it('restarts with its next handshake, whatever that tells, and once', async () => {
  const { session, log } = aSession({ ...at(5), forgottenAtMs: 1 }, true)
  const metadata = { ...plain, build: 'b' }
  expect(session.isForgotten).toBe(false)
  void session.handshake(metadata, { conn: 1, next: 6, pushed: 5 }, 1000)
  expect(log.appends.map(({ batch }) => batch)).toMatchObject([{ restarts: true, upTo: 5, metadata }])
  void session.handshake(metadata, { conn: 1, next: 6, pushed: 7 }, 1000)
  expect(log.appends[1]?.batch).not.toHaveProperty('restarts')
})

const plain = {
  delivery: 'acked',
  proofHash: 'p',
  clockOffsetMs: undefined,
  build: undefined,
  labels: undefined,
  schema: undefined,
} as const
