import { cutElement, protocolDefaults } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { newRecord } from '../commit/session-record.ts'
import { createFakeLog } from '../test-doubles.ts'
import { createJudge } from './judge.ts'
import { hashOf } from './proof.ts'
import { createSessions } from './sessions.ts'

function someSessions(known: Record<string, string> = {}, maxIdle = 10) {
  const records = Object.entries(known).map(
    ([id, proof]) => [id, { ...newRecord(id, 0), proofHash: hashOf(proof), mark: 5 }] as const,
  )
  const log = createFakeLog(new Map(records))
  let reads = 0
  const counting = {
    ...log,
    read(id: string) {
      reads++
      return log.read(id)
    },
  }
  const sessions = createSessions({ log: counting, judge: createJudge(protocolDefaults, {}), maxIdle, onOwed() {} })
  return { sessions, log, reads: () => reads }
}

it('gives two that ask at once the same session', async () => {
  const { sessions, reads } = someSessions()
  const [one, other] = await Promise.all([sessions.open('s', 'p'), sessions.open('s', 'p')])
  expect(one.kind === 'opened' && other.kind === 'opened' && one.session === other.session).toBe(true)
  expect(reads()).toBe(1)
})

it('refuses another proof, for a stored session and for one just begun', async () => {
  const { sessions } = someSessions({ known: 'right' })
  expect(await sessions.open('known', 'wrong')).toEqual({ kind: 'forbidden' })
  expect(await sessions.open('known', 'right')).toMatchObject({ kind: 'opened' })
  await sessions.open('new', 'first')
  expect(await sessions.open('new', 'second')).toEqual({ kind: 'forbidden' })
})

it('is unavailable while the log cannot be read, and asks again the next time', async () => {
  const log = createFakeLog()
  let broken = true
  const read = async () => {
    return { kind: broken ? 'unavailable' : 'unknown' } as const
  }
  const sessions = createSessions({
    log: { ...log, read },
    judge: createJudge(protocolDefaults, {}),
    maxIdle: 10,
    onOwed() {},
  })
  expect(await sessions.open('s', 'p')).toEqual({ kind: 'unavailable' })
  broken = false
  expect(await sessions.open('s', 'p')).toMatchObject({ kind: 'opened' })
})

it('lets idle sessions go, the longest unused first, and never one with a socket', async () => {
  const { sessions, reads } = someSessions({ a: 'p', b: 'p', c: 'p', d: 'p' }, 2)
  const a = await sessions.open('a', 'p')
  if (a.kind === 'opened') a.session.attach({ conn: 1, replaced() {}, failed() {} })
  for (const id of ['b', 'c', 'd']) await sessions.open(id, 'p')
  expect(sessions.isOpen('a')).toBe(true)
  expect(reads()).toBe(4)
  await sessions.open('a', 'p')
  await sessions.open('d', 'p')
  expect(reads()).toBe(4)
  await sessions.open('b', 'p')
  expect(reads()).toBe(5)
})

it('forgets a session that failed, so that its marks are read again', async () => {
  const { sessions, log, reads } = someSessions({ s: 'p' })
  const opened = await sessions.open('s', 'p')
  if (opened.kind !== 'opened') throw new Error('Expected it to open')
  opened.session.take({ seq: 6, pushed: 6, events: [cutElement('{}', {})] }, 1)
  await log.settle({ kind: 'unavailable' })
  const again = await sessions.open('s', 'p')
  expect(again.kind === 'opened' && again.session !== opened.session).toBe(true)
  expect(reads()).toBe(2)
})
