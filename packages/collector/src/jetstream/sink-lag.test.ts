import { expect, it } from 'vitest'
import type { JetStream } from './connect.ts'
import { createSinkLag } from './sink-lag.ts'
import { partitionNames, subjectsOf } from './subjects.ts'

interface KnownMessage {
  readonly seq: number
  readonly partition: string
}

/** The store has all up to sequence 5 of each partition, but for those that are named. */
function aLag(messages: readonly KnownMessage[], places: Readonly<Record<string, number>> = {}) {
  const asked = { looks: 0 }
  const manager = {
    streams: {
      async info() {
        asked.looks++
        return {
          created: new Date(0).toISOString(),
          state: { last_seq: Math.max(5, ...messages.map(({ seq }) => seq)) },
        }
      },
      async getMessage(_: string, query: { readonly seq: number; readonly next_by_subj: string }) {
        const next = messages.find(
          ({ seq, partition }) => seq >= query.seq && subjectsOf(partition) === query.next_by_subj,
        )
        return next ? { seq: next.seq, time: new Date(next.seq) } : null
      },
    },
  }
  const lag = createSinkLag({
    jetStream: { manager: manager as unknown as JetStream['manager'] },
    readPlaces: async () => new Map(partitionNames.map((name) => [name, places[name] ?? 5])),
    setTimer: () => () => {},
    now: () => 0,
  })
  return { lag, asked }
}

it('knows what the log has that the store has not, and waits for nothing behind the sequence', async () => {
  const { lag } = aLag([
    { seq: 7, partition: 'partition-07' },
    { seq: 9, partition: 'partition-08' },
  ])
  expect(await lag.behindSince(0, 9)).toBe(7)
  expect(await lag.behindSince(0)).toBe(7)
  expect(await lag.behindSince(0, 8)).toBe(7)
  expect(await lag.behindSince(0, 6)).toBeUndefined()
  expect(await lag.read()).toEqual([
    { partition: 'partition-07', seq: 7, atMs: 7 },
    { partition: 'partition-08', seq: 9, atMs: 9 },
  ])
  expect(await aLag([]).lag.behindSince(0)).toBeUndefined()
})

it('takes nothing of a partition for stored that the store does not have, nor of a stream before this one', async () => {
  const message = { seq: 4, partition: 'partition-07' }
  const behind = [{ partition: 'partition-07', seq: 4, atMs: 4 }]
  expect(await aLag([message]).lag.read()).toEqual([])
  expect(await aLag([message], { 'partition-07': 3 }).lag.read()).toEqual(behind)
  expect(await aLag([message], { 'partition-07': -1000 }).lag.read()).toEqual(behind)
})

it('looks once for all who ask at once, and never before they asked', async () => {
  const { lag, asked } = aLag([])
  const first = lag.read()
  const others = Promise.all([lag.read(), lag.behindSince(0), lag.read()])
  await Promise.all([first, others])
  expect(asked.looks).toBe(2)
  await lag.read()
  expect(asked.looks).toBe(3)
})
