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
  const guarded = guardAgainstPoison(store, {
    orders,
    onWork,
    keepText: async (event, text) => void kept.push(`${event.sessionId}:${event.seq} ${text}`),
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
  return { outcome, refused, kept }
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
  const work = { kind: 'group', from: position(1) } as const
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
    suspects.working({ kind: 'group', from: position(1) })
    suspects.died()
  }
  suspects.working({ kind: 'group', from: position(1) })
  suspects.working(undefined)
  suspects.died()
  expect(suspects.orders).toEqual({ alone: undefined, oneByOne: undefined, culprits: [] })
})

it.each([
  ['has grown since', undefined, 12],
  ['was written all the same', position(9), 12],
])('trusts what follows a suspect group that %s', async (_case, stands, end) => {
  const { store, disk } = aMortalStore([])
  if (stands) await disk.write(aGroup(stands.offset))
  const orders = { alone: { from: undefined }, oneByOne: { from: undefined }, culprits: [] }
  const guarded = guardAgainstPoison(store, { orders, onWork() {}, keepText: async () => {} })
  await guarded.readPosition()
  for (const seq of [1, 2, 3]) {
    const run = aGroup(end, seq).events[0]
    if (run && !stands) await guarded.tryEvent(run)
  }
  expect(await guarded.write(aGroup(end, 1, 2, 3))).toEqual({ kind: 'written' })
  expect(await guarded.write(aGroup(end + 5, 4, 5))).toEqual({ kind: 'written' })
})

it('suspects nothing that was written, nor what a killed query interrupted', () => {
  const suspects = createSinkSuspects()
  const work = { kind: 'group', from: undefined } as const
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
  })
  const rejection = { sessionId: 's', seq: 2, code: 'unstorable', message: 'm', raw: 'deadly', receivedAt: 1 } as const
  await guarded.write({ ...aGroup(5, 1), rejected: [rejection, { ...rejection, seq: 3 }] })
  expect(disk.written[0]?.rejected.map(({ raw }) => raw)).toEqual(['', 'deadly'])
})
