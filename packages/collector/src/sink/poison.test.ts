/** Entries that end the whole process of the store, over a store that does so. */
import { expect, it } from 'vitest'
import type { Operation } from '../commit/operation.ts'
import { applyBatch, newRecord } from '../commit/session-record.ts'
import type { Position } from '../log/read-log.ts'
import { aBatch, aPosition, createFakeStore, type FakeStore } from '../test-doubles.ts'
import type { EventStore, WriteOutcome } from './event-store.ts'
import { createGroupWriter, type LogItem } from './group-writer.ts'
import type { PoisonGuardOptions, SinkOrders } from './poison-guard.ts'
import { createSinkSuspects } from './sink-suspects.ts'

class Death extends Error {}

const position = (offset: number): Position => ({ ...aPosition, offset })

/** A group of one entry, which ends here and has these events. */
function aGroup(to: number, ...seqs: number[]): readonly LogItem[] {
  const events = seqs.map((seq) => ({ seq, event: { type: 'a', timestamp: 1, json: `${seq}` } }))
  return [anItem(to, aBatch(seqs[0] ?? 1, seqs.length, { events }))]
}

function anItem(to: number, batch: ReturnType<typeof aBatch>): LogItem {
  const from = (batch.events.decode()[0]?.seq ?? 1) - 1
  const record = applyBatch({ ...newRecord('s', 1), committedSeq: from }, batch)
  return { write: { sessionId: 's', from, batches: [batch], record, unconfirmed: false }, bytes: 0, end: position(to) }
}

/** A store whose process dies at each try to write one of these. */
function aMortalStore(lethal: readonly number[]) {
  const disk = createFakeStore()
  const tried: number[] = []
  const dieOf = (seqs: readonly number[]): void => {
    if (seqs.some((seq) => lethal.includes(seq))) throw new Death()
  }
  const store: EventStore = {
    readPosition: () => disk.readPosition(),
    readSessions: (ids) => disk.readSessions(ids),
    async write(group) {
      dieOf(group.events.flatMap(({ events }) => events.map(({ seq }) => seq)))
      return disk.write(group)
    },
    apply: (step) => disk.apply(step),
    tryOperation: (operation) => disk.tryOperation(operation),
    async tryEvent(run) {
      const seqs = run.events.map(({ seq }) => seq)
      tried.push(...seqs)
      dieOf(seqs)
      return disk.tryEvent(run)
    },
  }
  return { disk, tried, store }
}

const storedSeqs = ({ written }: FakeStore): number[] =>
  written.flatMap(({ events }) => events.flatMap((run) => run.events.map(({ seq }) => seq)))

/** One life of a process: writes groups, or dies. */
async function live(store: EventStore, poison: Partial<PoisonGuardOptions>, ...groups: (readonly LogItem[])[]) {
  const kept: string[] = []
  const refused: number[] = []
  const writer = createGroupWriter({
    store,
    maxRecords: 10,
    report: (report) => void (report.code === 'unstorable_event' && refused.push(report.seq)),
    poison: {
      orders: { alone: undefined, oneByOne: undefined, culprits: [] },
      onWork() {},
      keepText: async (event, text) => void kept.push(`${event.sessionId}:${event.seq} ${text}`),
      ...poison,
    },
  })
  await writer.readPosition()
  for (const group of groups) await writer.write(group)
  return { refused, kept }
}

it.each([[[3]], [[1, 5]], [[1, 2, 3, 4, 5]]])('finds %j of five events, and stores all others', async (lethal) => {
  const { store, disk } = aMortalStore(lethal)
  const suspects = createSinkSuspects()
  let deaths = 0
  for (;;) {
    try {
      const poison = { orders: suspects.orders, onWork: suspects.working }
      const life = await live(store, poison, aGroup(9, 1, 2, 3, 4, 5))
      expect(life.refused).toEqual(lethal)
      expect(life.kept).toEqual(lethal.map((seq) => `s:${seq} ${seq}`))
      break
    } catch (error) {
      if (!(error instanceof Death)) throw error
      deaths++
      suspects.died()
    }
  }
  // Three to suspect the group, and one to convict each.
  expect(deaths).toBe(3 + lethal.length)
  expect(storedSeqs(disk)).toEqual([1, 2, 3, 4, 5].filter((seq) => !lethal.includes(seq)))
})

it('keeps reads away from a group that was under way at two deaths, and tries no event of it yet', () => {
  const suspects = createSinkSuspects()
  const work = { kind: 'range', from: position(1) } as const
  suspects.working(work)
  suspects.died()
  expect(suspects.orders).toEqual({ alone: undefined, oneByOne: undefined, culprits: [] })
  suspects.working(work)
  suspects.died()
  expect(suspects.orders).toMatchObject({ alone: { from: position(1) }, oneByOne: undefined })
})

it('suspects a group no more once it was written, whatever the process dies of later', () => {
  const suspects = createSinkSuspects()
  for (let death = 1; death <= 3; death++) {
    suspects.working({ kind: 'range', from: position(1) })
    suspects.died()
  }
  suspects.working({ kind: 'range', from: position(1) })
  suspects.working(undefined)
  suspects.died()
  expect(suspects.orders).toEqual({ alone: undefined, oneByOne: undefined, culprits: [] })
})

it.each([
  ['has grown since', undefined, 12],
  ['was written all the same', position(9), 12],
])('trusts what follows a suspect group that %s', async (_case, stands, end) => {
  const { store, disk, tried } = aMortalStore([])
  if (stands) await live(disk, {}, aGroup(stands.offset, 1, 2, 3))
  const orders = { alone: { from: undefined }, oneByOne: { from: undefined }, culprits: [] }
  await live(store, { orders }, aGroup(end, 1, 2, 3), aGroup(end + 5, 4, 5))
  expect(tried).toEqual(stands ? [] : [1, 2, 3])
  expect(storedSeqs(disk)).toEqual([1, 2, 3, 4, 5])
})

it('suspects nothing that was written, nor what a killed query interrupted', () => {
  const suspects = createSinkSuspects()
  const work = { kind: 'range', from: undefined } as const
  for (let death = 0; death < 5; death++) {
    suspects.working(work)
    suspects.endedOtherwise()
    suspects.working(work)
    suspects.working(undefined)
    suspects.died()
    suspects.working({ ...work, from: position(death) })
    suspects.died()
  }
  expect(suspects.orders).toEqual({ alone: undefined, oneByOne: undefined, culprits: [] })
})

it('gives the database no text of what it died of', async () => {
  const { store, disk } = aMortalStore([])
  const orders: SinkOrders = { alone: undefined, oneByOne: undefined, culprits: [{ sessionId: 's', seq: 2 }] }
  const rejection = { sessionId: 's', seq: 2, code: 'unstorable', message: 'm', raw: 'deadly', receivedAt: 1 } as const
  const batch = aBatch(1, 1, { upTo: 3, pushed: 3, rejected: [rejection, { ...rejection, seq: 3 }] })
  await live(store, { orders }, [anItem(5, batch)])
  expect(disk.written[0]?.rejected.map(({ raw }) => raw)).toEqual(['', 'deadly'])
})

const rejudgement = { id: 'o', kind: 'rejudge', askedAtMs: 1, events: [{ sessionId: 's', seq: 4 }] } as const
const expiry = { id: 'o', kind: 'expire', askedAtMs: 1, receivedBeforeMs: 1 } as const

/** Processes over a store that dies of an operation, until one applies it. @returns how many died, and what was applied */
async function applyThroughDeaths(operation: Operation, isLethal: (tried: Operation) => boolean) {
  const disk = createFakeStore()
  const suspects = createSinkSuspects()
  for (let deaths = 0; ; deaths++) {
    const apply: EventStore['apply'] = async (step) => {
      if (isLethal(step.operation)) throw new Death()
      return disk.apply(step)
    }
    const tryOperation: EventStore['tryOperation'] = async (tried) => {
      if (isLethal(tried)) throw new Death()
      return disk.tryOperation(tried)
    }
    const { orders, working: onWork } = suspects
    const poison = { orders, onWork, keepText: async () => {} }
    const writer = createGroupWriter({ store: { ...disk, apply, tryOperation }, maxRecords: 10, report() {}, poison })
    await writer.readPosition()
    try {
      await writer.apply({ operation, position: position(9) })
      expect(await disk.readPosition()).toEqual(position(9))
      return { deaths, applied: disk.applied.map((step) => step.operation) }
    } catch (error) {
      if (!(error instanceof Death)) throw error
      suspects.died()
    }
  }
}

const named = (...seqs: number[]) => ({ ...rejudgement, events: seqs.map((seq) => ({ sessionId: 's', seq })) })

it.each([
  ['the one of them', 4, [1, 2, 3, 5]],
  ['the one at the end', 5, [1, 2, 3, 4]],
])(
  'leaves rejected the event that ended the process as it was stored, and stores the others: %s',
  async (_case, lethal, left) => {
    const { deaths, applied } = await applyThroughDeaths(
      named(1, 2, 3, 4, 5),
      (tried) => tried.kind === 'rejudge' && tried.events.some(({ seq }) => seq === lethal),
    )
    expect({ deaths, applied }).toEqual({ deaths: 4, applied: [named(...left)] })
  },
)

it('leaves all rejected where the process dies of them together', async () => {
  const { deaths, applied } = await applyThroughDeaths(
    named(1, 2),
    (tried) => tried.kind === 'rejudge' && tried.events.length > 1,
  )
  expect({ deaths, applied }).toEqual({ deaths: 3, applied: [named()] })
})

it('leaves nothing out of any other operation, whatever the process died of', async () => {
  let left = 4
  expect(await applyThroughDeaths(expiry, () => left-- > 0)).toEqual({ deaths: 4, applied: [expiry] })
})

it('suspects what stands behind an operation as little as what stands before it', async () => {
  const { store, disk, tried } = aMortalStore([])
  const orders = { alone: { from: undefined }, oneByOne: { from: undefined }, culprits: [] }
  const poison = { orders, onWork() {}, keepText: async () => {} }
  const writer = createGroupWriter({ store, maxRecords: 10, report() {}, poison })
  await writer.readPosition()
  await writer.apply({ operation: expiry, position: position(3) })
  await writer.write(aGroup(9, 1, 2))
  expect([tried, storedSeqs(disk)]).toEqual([[], [1, 2]])
})

it('leaves rejected what the database refuses, stores the others, and waits where it only is away', async () => {
  const disk = createFakeStore()
  let isAway = true
  const judge = ({ kind, ...rest }: Operation): WriteOutcome => {
    if (isAway) return { kind: 'unavailable', reason: 'away' }
    const isRefused = kind === 'expire' || (rest as typeof rejudgement).events.some(({ seq }) => seq === 4)
    return isRefused ? { kind: 'refused', reason: 'Invalid Input Error' } : { kind: 'written' }
  }
  const reports: unknown[] = []
  const writer = createGroupWriter({
    store: {
      ...disk,
      async apply(step) {
        const outcome = judge(step.operation)
        return outcome.kind === 'written' ? disk.apply(step) : outcome
      },
      tryOperation: async (operation) => judge(operation),
    },
    maxRecords: 10,
    report: (report) => void reports.push(report),
  })
  const step = { operation: named(3, 4, 5), position: position(9) }
  await expect(writer.apply(step)).rejects.toThrow('away')
  isAway = false
  await expect(writer.apply({ ...step, operation: expiry })).rejects.toThrow('Invalid Input')
  await writer.apply(step)
  expect(disk.applied).toEqual([{ ...step, operation: named(3, 5) }])
  expect(reports).toEqual([{ code: 'unstorable_rejection', sessionId: 's', seq: 4, reason: 'Invalid Input Error' }])
})
