import { expect, it } from 'vitest'
import type { SessionRecord } from '../commit/session-record.ts'
import { decodeWrite } from '../commit/session-write.ts'
import { applyWrite } from '../sink/apply-write.ts'
import { aBatch } from '../test-doubles.ts'
import { createSessionForgetter } from './forget-session.ts'
import { createStreamCommit } from './stream-commit.ts'
import type { StreamLog, StreamWrite } from './stream-log.ts'

/** A stream of one session, collectors over it, and the record that a sink has once it has read all of it. */
function aSharedStream() {
  const messages: StreamWrite[] = []
  const stream: StreamLog = {
    async publish(_, write) {
      if (write.after !== messages.length) return { kind: 'unsettled', reason: 'wrong last sequence' }
      return { kind: 'written', seq: messages.push(write) }
    },
    async readLast() {
      const last = messages.at(-1)
      if (!last) return { kind: 'none' }
      return { kind: 'found', seq: messages.length, writeId: last.writeId, write: decodeWrite(last.entry) }
    },
  }
  const setTimer = (run: () => void): (() => void) => {
    setImmediate(run)
    return () => {}
  }
  let ids = 0
  const aCollector = () => {
    const commits = createStreamCommit({
      ...{ stream, source: { isUp: true, readSessions: async () => new Map() }, maxMessageBytes: 1_000_000 },
      ...{ newWriteId: () => `write-${++ids}`, keptMs: 600_000, setTimer, now: () => 1 },
    })
    return { commits, forget: createSessionForgetter({ commits, setTimer }) }
  }
  const sunk = () =>
    messages.reduce<SessionRecord | undefined>(
      (record, { entry }) => applyWrite(decodeWrite(entry), record).record,
      undefined,
    )
  return { messages, aCollector, sunk }
}

const labelled = { earlier: [], from: 1, latest: { player: 'ann' } }

it('keeps numbers of a session, and its own collector publishes nothing of it any more', async () => {
  const { aCollector, messages, sunk } = aSharedStream()
  const [own, other] = [aCollector(), aCollector()]
  await own.commits.read('s', true)
  expect(await own.commits.append('s', 0, aBatch(1, 3, { labels: labelled }))).toMatchObject({ kind: 'committed' })
  expect(await other.forget('s', 77)).toBe('forgotten')
  expect(sunk()).toMatchObject({ committedSeq: 3, stored: 0, forgotten: 3, forgottenAtMs: 77, labels: undefined })
  // It has not heard of that, and what it knows is of before.
  expect(await own.commits.append('s', 3, aBatch(4, 2))).toMatchObject({ kind: 'stale' })
  expect(messages).toHaveLength(2)
  expect(await own.commits.read('s', false)).toMatchObject({ kind: 'known', record: { forgottenAtMs: 77 } })
})

it('tells whoever is on it at the collector that forgets it', async () => {
  const { aCollector } = aSharedStream()
  const { commits, forget } = aCollector()
  const givenUp: string[] = []
  commits.onGivenUp((id) => void givenUp.push(id))
  await commits.read('s', true)
  await commits.append('s', 0, aBatch(1, 3))
  expect(await forget('s', 77)).toBe('forgotten')
  expect(givenUp).toEqual(['s'])
})

it('lets a session that started anew elsewhere be', async () => {
  const { aCollector, sunk } = aSharedStream()
  const [own, other, third] = [aCollector(), aCollector(), aCollector()]
  await own.commits.read('s', true)
  await own.commits.append('s', 0, aBatch(1, 3, { labels: labelled }))
  await other.forget('s', 77)
  await third.commits.read('s', false)
  expect(await third.commits.append('s', 3, aBatch(4, 0, { upTo: 3, restarts: true }))).toMatchObject({
    kind: 'committed',
  })
  expect(await own.commits.append('s', 3, aBatch(4, 2))).toMatchObject({ kind: 'stale' })
  expect(await third.commits.append('s', 3, aBatch(4, 2))).toMatchObject({ kind: 'committed' })
  expect(sunk()).toMatchObject({
    committedSeq: 5,
    stored: 2,
    forgotten: 3,
    forgottenAtMs: undefined,
    labels: undefined,
  })
})
