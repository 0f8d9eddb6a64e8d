import { cutElement, protocolDefaults } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { newRecord } from '../commit/session-record.ts'
import { createFakeLog } from '../test-doubles.ts'
import { createEventValidator } from './event-validator.ts'
import { hashOf } from './session-metadata.ts'
import { createSessions, type Sessions } from './sessions.ts'

const openIn =
  (sessions: Sessions) =>
  (session: string, proof: string, next = 1): ReturnType<Sessions['open']> =>
    sessions.open({ session, proof, next })

function someSessions(
  known: Record<string, string> = {},
  maxIdle = 10,
  { forgotten = false, restartsForgotten = false } = {},
) {
  const records = Object.entries(known).map(
    ([id, proof]) =>
      [
        id,
        { ...newRecord(id, 0), proofHash: hashOf(proof), committedSeq: 5, ...(forgotten && { forgottenAtMs: 9 }) },
      ] as const,
  )
  const log = createFakeLog(new Map(records))
  let reads = 0
  const counting = {
    ...log,
    read(id: string, begins: boolean) {
      reads++
      return log.read(id, begins)
    },
  }
  const sessions = createSessions({
    log: counting,
    validator: createEventValidator(protocolDefaults, {}),
    restartsForgotten,
    maxIdle,
    onOutstanding() {},
    onSocket() {},
  })
  return { open: openIn(sessions), sessions, log, reads: () => reads }
}

it('gives two that ask at once the same session', async () => {
  const { open, reads } = someSessions()
  const [one, other] = await Promise.all([open('s', 'p'), open('s', 'p')])
  expect(one.kind === 'opened' && other.kind === 'opened' && one.session === other.session).toBe(true)
  expect(reads()).toBe(1)
})

it('refuses another proof, for a stored session and for one just begun', async () => {
  const { open } = someSessions({ known: 'right' })
  expect(await open('known', 'wrong')).toEqual({ kind: 'forbidden' })
  expect(await open('known', 'right')).toMatchObject({ kind: 'opened' })
  await open('new', 'first')
  expect(await open('new', 'second')).toEqual({ kind: 'forbidden' })
})

it('is unavailable while the log cannot be read, and asks again the next time', async () => {
  const log = createFakeLog()
  let broken = true
  const read = async () => {
    return { kind: broken ? 'unavailable' : 'unknown' } as const
  }
  const sessions = createSessions({
    log: { ...log, read },
    validator: createEventValidator(protocolDefaults, {}),
    restartsForgotten: false,
    maxIdle: 10,
    onOutstanding() {},
    onSocket() {},
  })
  const open = openIn(sessions)
  expect(await open('s', 'p')).toEqual({ kind: 'unavailable' })
  broken = false
  expect(await open('s', 'p')).toMatchObject({ kind: 'opened' })
})

/** What is let go goes in the next one. */
const turn = () => new Promise(setImmediate)

it('lets idle sessions go, the longest unused first, and never one with a socket', async () => {
  const { open, sessions, reads } = someSessions({ a: 'p', b: 'p', c: 'p', d: 'p' }, 2)
  const a = await open('a', 'p')
  if (a.kind === 'opened') a.session.attach({ epoch: 1, replaced() {}, failed() {} })
  for (const id of ['b', 'c', 'd']) await open(id, 'p')
  await turn()
  expect(sessions.openIds()).toEqual(['a'])
  expect(reads()).toBe(4)
  await open('a', 'p')
  await open('d', 'p')
  expect(reads()).toBe(4)
  await open('b', 'p')
  expect(reads()).toBe(5)
})

it('lets a session go as soon as nobody is on it, where none is to stay', async () => {
  const { open, reads } = someSessions({ s: 'p' }, 0)
  const link = { epoch: 1, replaced() {}, failed() {} }
  const opened = await open('s', 'p')
  if (opened.kind !== 'opened') throw new Error('Expected it to open')
  opened.session.attach(link)
  await open('s', 'p')
  expect(reads()).toBe(1)
  opened.session.detach(link)
  await turn()
  await open('s', 'p')
  expect(reads()).toBe(2)
})

it('keeps sessions that are opened at once until whoever opened them is on them', async () => {
  const { sessions, log } = someSessions({}, 0)
  const attach = async (id: string) => {
    const opened = await sessions.open({ session: id, proof: 'p', next: 1 })
    if (opened.kind === 'opened') opened.session.attach({ epoch: 1, replaced() {}, failed() {} })
  }
  const ids = ['a', 'b', 'c']
  await Promise.all(ids.map(attach))
  await turn()
  expect([sessions.openIds(), log.released]).toEqual([ids, []])
})

it('forgets a session that failed, so that its committed sequence is read again', async () => {
  const { open, log, reads } = someSessions({ s: 'p' })
  const opened = await open('s', 'p')
  if (opened.kind !== 'opened') throw new Error('Expected it to open')
  opened.session.take({ seq: 6, pushed: 6, events: [cutElement('{}', {})] }, 1)
  await log.answer({ kind: 'unavailable' })
  const again = await open('s', 'p')
  expect(again.kind === 'opened' && again.session !== opened.session).toBe(true)
  expect(reads()).toBe(2)
})

it('refuses another proof of a session that is unconfirmed for now only, and begins anew once it is given up', async () => {
  const { open, sessions, log } = someSessions({ s: 'right' })
  log.unconfirmed.add('new')
  await open('new', 'first')
  expect(await open('new', 'second')).toEqual({ kind: 'unavailable' })
  log.unconfirmed.delete('new')
  expect(await open('new', 'second')).toEqual({ kind: 'forbidden' })
  const opened = await open('new', 'first')
  let failed = 0
  if (opened.kind === 'opened') opened.session.attach({ epoch: 1, replaced() {}, failed: () => failed++ })
  log.giveUp('new')
  log.giveUp('new')
  expect([failed, sessions.openIds()]).toEqual([1, []])
  expect(await open('new', 'second')).toMatchObject({ kind: 'opened' })
})

it('releases the record of each session that it lets go', async () => {
  const { open, log } = someSessions({}, 2)
  for (const id of ['a', 'b', 'c']) await open(id, 'p')
  await turn()
  expect(log.released).toEqual(['a'])
})

it('refuses a session that was forgotten, or restarts it for whoever has its proof', async () => {
  const refusing = someSessions({ s: 'p' }, 10, { forgotten: true })
  expect(await refusing.open('s', 'p')).toEqual({ kind: 'forgotten' })
  const { open } = someSessions({ s: 'p' }, 10, { forgotten: true, restartsForgotten: true })
  expect(await open('s', 'other')).toEqual({ kind: 'forbidden' })
  expect(await open('s', 'p')).toMatchObject({ kind: 'opened', session: { isForgotten: false } })
})
