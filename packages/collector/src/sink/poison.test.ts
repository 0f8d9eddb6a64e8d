/** Entries that end the whole process of the store, over a store that does so. */
import { expect, it } from 'vitest'
import type { Position } from '../log/read-log.ts'
import { aPosition, createFakeStore, type FakeStore } from '../test-doubles.ts'
import type { EventStore, StoreGroup } from './event-store.ts'
import { guardAgainstPoison, type SinkOrders, type SinkWork } from './poison-guard.ts'
import { createSinkSuspects } from './sink-suspects.ts'

class Death extends Error {}

const position = (offset: number): Position => ({ ...aPosition, offset })

const aGroup = (to: number, ...seqs: number[]): StoreGroup => ({
  events: [
    {
      sessionId: 's',
      receivedAt: 1,
      events: seqs.map((seq) => ({ seq, event: { type: 'a', timestamp: 1, data: null, json: `${seq}` } })),
    },
  ],
  rejected: [],
  sessions: [],
  position: position(to),
  logBytes: 0,
})

/** A store whose process dies at each try to write one of these. */
function aMortalStore(lethal: readonly number[]): { readonly store: EventStore; readonly disk: FakeStore } {
  const disk = createFakeStore()
  const dieOf = (seqs: readonly number[]): void => {
    if (seqs.some((seq) => lethal.includes(seq))) throw new Death()
  }
  return {
    disk,
    store: {
      readPosition: () => disk.readPosition(),
      readSessions: (ids) => disk.readSessions(ids),
      async write(group) {
        dieOf(group.events.flatMap(({ events }) => events.map(({ seq }) => seq)))
        return disk.write(group)
      },
      async tryEvent(run) {
        dieOf(run.events.map(({ seq }) => seq))
        return disk.tryEvent(run)
      },
    },
  }
}

/** One life of a process: writes a group as the sink does, or dies. */
async function live(store: EventStore, orders: SinkOrders, group: StoreGroup, onWork: (work?: SinkWork) => void) {
  const kept: string[] = []
  let isAloneWritten = false
  const guarded = guardAgainstPoison(store, {
    orders,
    onWork,
    keepText: async (event, text) => void kept.push(`${event.sessionId}:${event.seq} ${text}`),
    onAloneWritten() {
      isAloneWritten = true
    },
  })
  await guarded.readPosition()
  let outcome = await guarded.write(group)
  const refused: number[] = []
  if (outcome.kind === 'refused') {
    const rest: number[] = []
    for (const run of group.events) {
      for (const accepted of run.events) {
        const trial = await guarded.tryEvent({ ...run, events: [accepted] })
        ;(trial.kind === 'written' ? rest : refused).push(accepted.seq)
      }
    }
    outcome = await guarded.write(aGroup(group.position.offset, ...rest))
  }
  return { outcome, refused, kept, isAloneWritten }
}

it.each([[[3]], [[1, 5]], [[1, 2, 3, 4, 5]]])('finds %j of five events, and stores all others', async (lethal) => {
  const { store, disk } = aMortalStore(lethal)
  const suspects = createSinkSuspects()
  let deaths = 0
  for (;;) {
    try {
      const life = await live(store, suspects.orders, aGroup(9, 1, 2, 3, 4, 5), suspects.working)
      expect(life.outcome.kind).toBe('written')
      expect(life.refused).toEqual(lethal)
      expect(life.kept).toEqual(lethal.map((seq) => `s:${seq} ${seq}`))
      expect(life.isAloneWritten).toBe(true)
      break
    } catch (error) {
      if (!(error instanceof Death)) throw error
      deaths++
      suspects.died()
    }
  }
  // Three to suspect the group, and one to convict each.
  expect(deaths).toBe(3 + lethal.length)
  expect(disk.written.flatMap(({ events }) => events.flatMap((run) => run.events.map(({ seq }) => seq)))).toEqual(
    [1, 2, 3, 4, 5].filter((seq) => !lethal.includes(seq)),
  )
})

it('keeps reads away from a group that was under way at two deaths, and tries no event of it yet', () => {
  const suspects = createSinkSuspects()
  const work = { kind: 'group', from: position(1), to: position(5) } as const
  suspects.working(work)
  suspects.died()
  expect(suspects.orders).toEqual({ alone: undefined, oneByOne: undefined, culprits: [] })
  // Meanwhile more came, which the group takes along.
  suspects.working({ ...work, to: position(8) })
  suspects.died()
  expect(suspects.orders).toMatchObject({ alone: { to: position(8) }, oneByOne: undefined })
})

it('suspects nothing that was written, nor what a killed query interrupted', () => {
  const suspects = createSinkSuspects()
  const work = { kind: 'group', from: undefined, to: position(5) } as const
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
  const guarded = guardAgainstPoison(store, {
    orders: { alone: undefined, oneByOne: undefined, culprits: [{ sessionId: 's', seq: 2 }] },
    onWork() {},
    keepText: async () => {},
    onAloneWritten() {},
  })
  const rejection = { sessionId: 's', seq: 2, code: 'unstorable', message: 'm', raw: 'deadly', receivedAt: 1 } as const
  await guarded.write({ ...aGroup(5, 1), rejected: [rejection, { ...rejection, seq: 3 }] })
  expect(disk.written[0]?.rejected.map(({ raw }) => raw)).toEqual(['', 'deadly'])
})
