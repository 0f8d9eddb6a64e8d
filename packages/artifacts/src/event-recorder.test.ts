import { expect, it } from 'vitest'
import { createEventRecorder } from './event-recorder.ts'

const types = (recorder: { events(): Iterable<{ type: string }> }) => [...recorder.events()].map(({ type }) => type)

it('gives events the shape that they have on the wire', () => {
  let nowMs = 1000
  const recorder = createEventRecorder({ sessionId: 'cascade-7', clock: () => nowMs })
  recorder.push('round_started', { round: 1 })
  nowMs = 1017
  recorder.push('bullet_fired', { shipId: 'red-1' })
  const session = { sessionId: 'cascade-7' }
  expect([...recorder.events()]).toEqual([
    { ...session, id: 'cascade-7:1', seq: 1, type: 'round_started', timestamp: 1000, data: { round: 1 } },
    { ...session, id: 'cascade-7:2', seq: 2, type: 'bullet_fired', timestamp: 1017, data: { shipId: 'red-1' } },
  ])
})

it('keeps the newest, and counts what gave way', () => {
  const recorder = createEventRecorder({ sessionId: 's', clock: () => 0, limit: 3 })
  for (const type of ['a', 'b', 'c', 'd', 'e']) recorder.push(type, null)
  expect([types(recorder), recorder.length, recorder.dropped]).toEqual([['c', 'd', 'e'], 3, 2])
  for (const type of ['f', 'g', 'h', 'i', 'j']) recorder.push(type, null)
  expect([types(recorder), recorder.length, recorder.dropped]).toEqual([['h', 'i', 'j'], 3, 7])
  expect([...recorder.events()].map(({ seq }) => seq)).toEqual([8, 9, 10])
})

it('asks for the session when it is read, and goes on with the sequence after clear', () => {
  let session = 'not yet'
  const recorder = createEventRecorder({ sessionId: () => session, clock: () => 0, limit: 2 })
  for (const type of ['a', 'b', 'c']) recorder.push(type, null)
  const before = recorder.events()
  recorder.clear()
  session = 'live'
  for (const type of ['d', 'e']) recorder.push(type, null)
  expect([...before].map(({ id }) => id)).toEqual(['not yet:2', 'not yet:3'])
  expect([...recorder.events()].map(({ id }) => id)).toEqual(['live:4', 'live:5'])
})

it.each([0, -1, 1.5, Number.NaN])('refuses a limit of %d', (limit) => {
  expect(() => createEventRecorder({ sessionId: 's', clock: () => 0, limit })).toThrow(
    expect.objectContaining({ code: 'bad_option' }),
  )
})
