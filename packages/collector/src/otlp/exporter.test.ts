/** The exporter over a disk, against a backend that comes, goes, refuses and forgets to answer: nothing is lost, and nothing that was forgotten is sent. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { SetTimer } from '../clock.ts'
import { encodeOperation } from '../commit/operation.ts'
import { newRecord } from '../commit/session-record.ts'
import { emptyBody, encodeWrite } from '../commit/session-write.ts'
import type { Entry } from '../log/entry.ts'
import { createFaultyDisk } from '../log/test-doubles.ts'
import { openLogWriter } from '../log/write-log.ts'
import { aBatch } from '../test-doubles.ts'
import { createExporter } from './exporter.ts'
import { type LogEnd, noCounts, type OtlpCounts, type OtlpReport } from './messages.ts'
import type { SentPosition } from './position-file.ts'
import type { SendOutcome } from './transport.ts'

const sessions = ['a', 'b', 'c']
const batchRecords = 4

/** Nothing waits for a clock. */
const atOnce: SetTimer = (run) => {
  const immediate = setImmediate(run)
  return () => clearImmediate(immediate)
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
}
const settled = () => turns(50)

interface Sent {
  readonly session: string
  readonly seq: number
}

function recordsIn(body: string): readonly Sent[] {
  const sent =
    /"key":"downlink\.session_id","value":\{"stringValue":"(\w)"\}\},\{"key":"downlink\.seq","value":\{"intValue":"(\d+)"/g
  return [...body.matchAll(sent)].map(([, session = '', seq]) => ({ session, seq: Number(seq) }))
}

type Mode = 'up' | 'away' | 'silent'

/** A log, a backend, and whatever of the exporter outlives its process. */
async function aWorld({ isBad = (_record: Sent): boolean => false } = {}) {
  const files = createFaultyDisk(Math.random)
  const log = await openLogWriter({ files, segmentBytes: 2000, exportLogBytes: 1_000_000 })
  const pushed = new Map<string, number>()
  const forgotten = new Map<string, number>()
  const requests: { readonly number: number; readonly records: readonly Sent[] }[] = []
  /** Requests that were begun. */
  let begun = 0
  const reports: OtlpReport[] = []
  let counts: OtlpCounts = noCounts
  let mode: Mode = 'up'
  /** Requests have no answer before it. */
  let gate: Promise<void> = Promise.resolve()
  let position: SentPosition = { ...log.end, events: 0 }
  let end: LogEnd = { position: log.end, events: 0 }
  let behind = 0
  /** Records that may have to come once more. */
  let unanswered = 0
  let life = begin()

  function begin() {
    let isDead = false
    const never = new Promise<never>(() => {})
    const exporter = createExporter({
      settings: { serviceName: 'x', batchRecords, batchBytes: 1_000_000, intervalMs: 1 },
      files,
      position,
      end,
      random: () => 0,
      setTimer: atOnce,
      transport: {
        async send(body, signal): Promise<SendOutcome> {
          signal.throwIfAborted()
          const number = ++begun
          await turns(2)
          await gate
          if (isDead) return never
          if (mode === 'away') return { kind: 'unavailable', reason: 'HTTP 503' }
          const records = recordsIn(body)
          if (records.some(isBad)) return { kind: 'refused', reason: 'HTTP 400' }
          requests.push({ number, records })
          if (mode === 'silent') {
            unanswered += records.length
            return { kind: 'unavailable', reason: 'The answer was lost' }
          }
          return { kind: 'accepted', rejected: 0 }
        },
      },
      async save(next) {
        await turns(1)
        if (isDead) return never
        position = next
      },
      onProgress(progress) {
        if (isDead) return
        behind = progress.behind.events + end.events - progress.behind.of
        for (const name of Object.keys(counts) as (keyof OtlpCounts)[])
          counts = { ...counts, [name]: counts[name] + progress.counts[name] }
      },
      onReport: (report) => void reports.push(report),
    })
    return { exporter, die }

    function die(): void {
      isDead = true
    }
  }

  async function append(entries: readonly Entry[], events: number) {
    expect(await log.write(entries)).toMatchObject({ kind: 'written' })
    end = { position: log.end, events: end.events + events }
    life.exporter.follow(end)
  }

  return {
    log,
    requests,
    reports,
    pushed,
    forgotten,
    get counts() {
      return counts
    },
    get behind() {
      return behind
    },
    get position() {
      return position
    },
    sent: () => requests.flatMap(({ records }) => records),
    async push(session: string, events: number) {
      const before = pushed.get(session) ?? 0
      pushed.set(session, before + events)
      const batch = aBatch(before + 1, events)
      const record = { ...newRecord(session, 1), committedSeq: before + events }
      const write = { sessionId: session, from: before, batches: [batch], record, unconfirmed: false }
      await append([encodeWrite(write)], events)
    },
    async forget(session: string) {
      await append([encodeOperation({ kind: 'forget', id: 'o', askedAtMs: 1, sessionIds: [session] })], 0)
      forgotten.set(session, begun)
      life.exporter.forget([session], log.end)
    },
    skip: () => life.exporter.skipTo(log.end.segment),
    backend(next: Mode) {
      mode = next
    },
    /** Requests that are made from now on wait for their answers. @returns gives them */
    holdAnswers(): () => void {
      let answer = () => {}
      gate = new Promise((resolve) => {
        answer = resolve
      })
      return answer
    },
    get unanswered() {
      return unanswered
    },
    /** As SIGKILL does. */
    kill() {
      unanswered += batchRecords
      life.die()
      life = begin()
    },
    async drain() {
      mode = 'up'
      for (
        let turn = 0;
        turn < 200 && !(position.offset === end.position.offset && position.segment === end.position.segment);
        turn++
      )
        await settled()
      await life.exporter.stop()
    },
  }
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('push'),
      session: fc.constantFrom(...sessions),
      events: fc.integer({ min: 0, max: 11 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('backend'), mode: fc.constantFrom<Mode>('up', 'away', 'silent') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget'), session: fc.constantFrom(...sessions) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait'), events: fc.integer({ min: 0, max: 20 }) }) },
) as fc.Arbitrary<{ do: string; session: string; events: number; mode: Mode }>

it('sends each event in order, doubles only what a request without an answer held, and nothing after it was forgotten', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const isBad = ({ seq }: Sent) => seq % 7 === 3
      const world = await aWorld({ isBad })
      for (const { do: what, session, events, mode } of steps) {
        if (what === 'push' && !world.forgotten.has(session)) await world.push(session, events)
        else if (what === 'backend') world.backend(mode)
        else if (what === 'kill') world.kill()
        else if (what === 'wait') await turns(events)
        else if (what === 'forget' && world.pushed.has(session)) await world.forget(session)
      }
      await world.drain()
      for (const session of sessions) {
        const seqs = world.sent().flatMap((record) => (record.session === session ? record.seq : []))
        const expected = Array.from({ length: world.pushed.get(session) ?? 0 }, (_, at) => at + 1).filter(
          (seq) => seq % 7 !== 3,
        )
        const forgottenAt = world.forgotten.get(session)
        if (forgottenAt === undefined) expect([...new Set(seqs)]).toEqual(expected)
        else {
          const later = world.requests.filter(({ number }) => number > forgottenAt)
          expect(later.filter(({ records }) => records.some((record) => record.session === session))).toEqual([])
        }
      }
      expect(world.requests.every(({ records }) => records.length <= batchRecords)).toBe(true)
      const sent = world.sent().map(({ session, seq }) => `${session}:${seq}`)
      expect(sent.length - new Set(sent).size).toBeLessThanOrEqual(world.unanswered)
      expect(world.behind).toBe(0)
    }),
    { numRuns: 100 },
  )
})

it('counts what it passes over', async () => {
  const world = await aWorld()
  world.backend('away')
  for (let write = 0; write < 12; write++) await world.push('a', 10)
  await settled()
  world.skip()
  await settled()
  await world.drain()
  const { sent, skipped, failures } = world.counts
  expect([sent + skipped, sent]).toEqual([120, world.sent().length])
  expect(skipped).toBeGreaterThan(60)
  expect(failures).toBeGreaterThan(0)
  expect(world.sent().map(({ seq }) => seq)).toEqual(Array.from({ length: sent }, (_, at) => skipped + at + 1))
  expect(world.reports.map(({ code }) => code)).toEqual(['away', 'skipped', 'back'])
})

it('does not make a request again that was under way as somebody in it was forgotten', async () => {
  const world = await aWorld()
  const answer = world.holdAnswers()
  await world.push('a', 3)
  await world.push('b', 2)
  await settled()
  await world.forget('a')
  world.backend('away')
  answer()
  await settled()
  await world.drain()
  expect(world.counts.failures).toBeGreaterThan(0)
  expect(world.sent()).toEqual([1, 2].map((seq) => ({ session: 'b', seq })))
})

it('counts a gap where the log goes while it is read, however much that is, and is behind by what is left', async () => {
  const world = await aWorld()
  world.backend('away')
  for (let write = 0; write < 30; write++) await world.push('a', 10)
  // So that it reads all of it at once.
  world.kill()
  await settled()
  await world.log.removeBefore(world.log.end)
  await world.drain()
  const seqs = new Set(world.sent().map(({ seq }) => seq))
  expect([seqs.has(1), seqs.has(150), seqs.has(300)]).toEqual([true, false, true])
  expect(world.counts.gaps).toBe(1)
  expect(world.reports.filter(({ code }) => code === 'gap')).toHaveLength(1)
  expect(world.behind).toBe(0)
})

it('is behind by nothing at the end, though what was forgotten has gone from the log before it came to it', async () => {
  const world = await aWorld()
  await world.log.keepFrom('export', world.log.begin)
  world.backend('away')
  // Each in a segment: one that is open was read already.
  await world.push('b', 10)
  world.log.endSegment()
  await world.push('a', 10)
  world.log.endSegment()
  await world.push('b', 1)
  await world.log.removeBefore(world.log.end)
  await world.forget('a')
  await settled()
  await world.log.emptyKept(new Set(['a']), emptyBody)
  await world.drain()
  expect(world.sent().map(({ session }) => session)).toEqual(Array.from({ length: 11 }, () => 'b'))
  expect([world.behind, world.counts.forgotten]).toEqual([0, 0])
})

it('counts no less than nothing of an entry that was sent in part and is empty now', async () => {
  const world = await aWorld()
  await world.log.keepFrom('export', world.log.begin)
  const first = world.holdAnswers()
  await world.push('a', 10)
  await settled()
  const second = world.holdAnswers()
  first()
  await settled()
  world.backend('away')
  second()
  world.log.endSegment()
  await world.push('b', 1)
  await world.log.removeBefore(world.log.end)
  await world.log.emptyKept(new Set(['a']), emptyBody)
  await world.forget('a')
  world.kill()
  await settled()
  expect(world.behind).toBe(1)
  await world.drain()
  expect(world.sent().map(({ session }) => session)).toEqual(['a', 'a', 'a', 'a', 'b'])
  expect([world.behind, world.counts.forgotten]).toEqual([0, 0])
})
