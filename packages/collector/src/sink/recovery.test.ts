/**
 * Log, sink and store through everything that can happen to them: kills, power cuts, failed syncs, a database that loses
 * its write-ahead log, checkpoints that let segments go, damage, and older copies that are put back.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createJournal } from '../commit/journal.ts'
import { type Append, planGroup } from '../commit/plan-group.ts'
import { localRecords } from '../commit/record-source.ts'
import { newRecord, type SessionRecord } from '../commit/session-record.ts'
import { type Position, readLog } from '../log/read-log.ts'
import { createFaultyDisk } from '../log/test-doubles.ts'
import { openLogWriter } from '../log/write-log.ts'
import { aBatch } from '../test-doubles.ts'
import type { EventStore } from './event-store.ts'
import { createSink } from './sink.ts'

/** All that a database holds. */
interface Content {
  readonly position: Position | undefined
  readonly rows: ReadonlyMap<string, SessionRecord>
  /** Sequences by session, in the order of their storing. */
  readonly stored: ReadonlyMap<string, readonly number[]>
}

const nothing: Content = { position: undefined, rows: new Map(), stored: new Map() }

/** A database whose file holds what the last checkpoint put there; the commits after it stand in a log of its own. */
function createDatabase() {
  let file = nothing
  let commits: Content[] = []
  const content = (): Content => commits.at(-1) ?? file
  const store: EventStore = {
    readPosition: async () => content().position,
    readSessions: async (ids) => new Map([...content().rows].filter(([id]) => ids.includes(id))),
    tryEvent: async () => ({ kind: 'written' }),
    async write({ events, sessions, position }) {
      const stored = new Map(content().stored)
      for (const run of events) {
        stored.set(run.sessionId, [...(stored.get(run.sessionId) ?? []), ...run.events.map(({ seq }) => seq)])
      }
      const rows = new Map([...content().rows, ...sessions.map((record) => [record.sessionId, record] as const)])
      commits.push({ position, rows, stored })
      return { kind: 'written' }
    },
  }
  return {
    store,
    content,
    /** Returns the position that the file holds, once the checkpoint has finished. */
    beginCheckpoint() {
      const [begun, count] = [content(), commits.length]
      return (): Position | undefined => {
        file = begun
        commits = commits.slice(count)
        return file.position
      }
    },
    loseCommits(share: number) {
      commits = commits.slice(0, Math.floor(commits.length * share))
    },
    backup: () => content(),
    restore(backup: Content) {
      ;[file, commits] = [backup, []]
    },
  }
}

type Step =
  | { readonly do: 'write'; readonly sizes: readonly (readonly [session: number, events: number])[] }
  | { readonly do: 'lose-commits'; readonly share: number }
  | {
      readonly do:
        | 'kill'
        | 'cut-power'
        | 'fail-sync'
        | 'fail-write'
        | 'catch-up'
        | 'begin-checkpoint'
        | 'end-checkpoint'
        | 'back-up'
        | 'restore-database'
        | 'restore-log'
        | 'damage'
    }

const session = fc.nat(2)
const write = fc.record({
  do: fc.constant('write' as const),
  sizes: fc.array(fc.tuple(session, fc.nat(3)), { minLength: 1, maxLength: 4 }),
})
const fault = fc.oneof(
  fc.record({
    do: fc.constantFrom(
      'kill' as const,
      'cut-power' as const,
      'fail-sync' as const,
      'fail-write' as const,
      'catch-up' as const,
      'begin-checkpoint' as const,
      'end-checkpoint' as const,
    ),
  }),
  fc.record({ do: fc.constant('lose-commits' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
)
const disaster = fc.record({
  do: fc.constantFrom('back-up' as const, 'restore-database' as const, 'restore-log' as const, 'damage' as const),
})

/** @returns what the steps leave, once everything is up and has caught up */
async function play(script: readonly Step[], seed: number) {
  let chance = seed
  const random = (): number => {
    chance = (Math.imul(chance, 1664525) + 1013904223) >>> 0
    return chance / 2 ** 32
  }
  const disk = createFaultyDisk(random)
  const database = createDatabase()
  let life = await begin()
  let backup = { database: nothing, log: disk.copy() }
  let endCheckpoint = (): Position | undefined => undefined
  const acked = new Map<string, number>()

  for (const step of script) {
    switch (step.do) {
      case 'write':
        await append(step.sizes)
        break
      case 'catch-up':
        await life.sink.caughtUp(9999)
        break
      case 'fail-sync':
        disk.fail('sync')
        break
      case 'fail-write':
        disk.fail('write')
        break
      case 'begin-checkpoint':
        endCheckpoint = database.beginCheckpoint()
        break
      case 'end-checkpoint': {
        const position = endCheckpoint()
        endCheckpoint = () => undefined
        if (position) await life.log.removeBefore(position)
        break
      }
      case 'back-up':
        backup = { database: database.backup(), log: disk.copy() }
        break
      case 'damage': {
        const names = await disk.list()
        const name = names[Math.floor(random() * names.length)] ?? ''
        disk.flip(name, Math.floor(random() * disk.contentOf(name).length))
        break
      }
      default:
        await end()
        if (step.do === 'cut-power') disk.cutPower()
        if (step.do === 'lose-commits') database.loseCommits(step.share)
        if (step.do === 'restore-database') database.restore(backup.database)
        if (step.do === 'restore-log') disk.putBack(backup.log)
        life = await begin()
    }
  }
  await end()
  life = await begin()
  expect(await life.sink.caughtUp(9999)).toBe(true)
  await end()
  return { content: database.content(), acked }

  async function begin() {
    for (;;) {
      try {
        const log = await openLogWriter({ files: disk, segmentBytes: 1500 })
        const sink = createSink({
          store: database.store,
          read: (from, to) => readLog(disk, from, to),
          groupEvents: 4,
          setTimer(run, delayMs) {
            const timer = setTimeout(run, delayMs >= 5000 ? delayMs : 0)
            return () => clearTimeout(timer)
          },
          report() {},
        })
        sink.tell(log.end)
        return {
          log,
          sink,
          journal: createJournal({ log, tell: (end) => sink.tell(end) }),
          source: localRecords({ sink, store: database.store }),
          records: new Map(),
        }
      } catch {
        // A failure was due; the next try meets none.
      }
    }
  }

  async function end(): Promise<void> {
    await life.sink.stop()
    endCheckpoint = () => undefined
  }

  /** As group commit does: what it remembers of a session serves until something fails. */
  async function append(sizes: readonly (readonly [number, number])[]): Promise<void> {
    const ids = [...new Set(sizes.map(([number]) => `s${number}`))]
    const before = new Map<string, SessionRecord>()
    const unknown = ids.filter((id) => !life.records.has(id))
    for (const [id, record] of await life.source.readSessions(unknown)) {
      before.set(id, record)
      // A welcome carries it, and the sender lets go of what it has.
      acked.set(id, Math.max(acked.get(id) ?? 0, record.mark))
    }
    for (const id of ids) if (life.records.has(id)) before.set(id, life.records.get(id))
    const marks = new Map(ids.map((id) => [id, (before.get(id) ?? newRecord(id, 1)).mark]))
    const appends = sizes.map(([number, count]): Append => {
      const sessionId = `s${number}`
      const mark = marks.get(sessionId) ?? 0
      // The sender's mark is the higher one where the collector lost what it had acknowledged.
      const missing = Math.max(0, (acked.get(sessionId) ?? 0) - mark)
      const batch = aBatch(mark + missing + 1, count, { missing })
      marks.set(sessionId, batch.upTo)
      return { sessionId, expectedMark: mark, batch, settle() {} }
    })
    const { writes } = planGroup(appends, new Map(ids.map((id) => [id, { record: before.get(id), isConfirmed: true }])))
    const { kind } = await life.journal.write(writes)
    for (const { record } of writes) {
      if (kind === 'written') {
        life.records.set(record.sessionId, record)
        acked.set(record.sessionId, Math.max(acked.get(record.sessionId) ?? 0, record.mark))
      } else life.records.delete(record.sessionId)
    }
  }
}

const runs = Number(process.env.RECOVERY_RUNS ?? 300)
const seeds = fc.integer({ min: 1 })

it('loses nothing that was acknowledged, and stores nothing twice, while no copy is damaged or put back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(write, fault), { maxLength: 30 }), seeds, async (script, seed) => {
      const { content, acked } = await play(script, seed)
      for (const [id, mark] of acked) {
        const stored = content.stored.get(id) ?? []
        expect(stored).toEqual(stored.map((_, at) => at + 1))
        expect(stored.length).toBeGreaterThanOrEqual(mark)
        expect(content.rows.get(id) ?? newRecord(id, 1)).toMatchObject({ mark: stored.length, missing: 0 })
      }
    }),
    { numRuns: runs },
  )
})

it('stores nothing twice and tells what is missing, whatever is damaged or put back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(write, fault, disaster), { maxLength: 30 }), seeds, async (script, seed) => {
      const { content } = await play(script, seed)
      for (const [id, { mark, stored, missing }] of content.rows) {
        const seqs = content.stored.get(id) ?? []
        expect(seqs).toEqual([...new Set(seqs)].sort((one, other) => one - other))
        expect(seqs.every((seq) => seq <= mark)).toBe(true)
        expect([stored, stored + missing]).toEqual([seqs.length, mark])
      }
    }),
    { numRuns: runs },
  )
})
