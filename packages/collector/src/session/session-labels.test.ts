import { createLeftOut } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { newRecord } from '../commit/session-record.ts'
import { createSessionLabels } from './session-labels.ts'

const gpu = { gpu: 'x' }

function aSession(record = { ...newRecord('s', 1), labels: { ...gpu } }) {
  const labels = createSessionLabels(record)
  const leftOut = createLeftOut()
  return { labels, leftOut, change: (...said: Parameters<typeof labels.change>[0]) => labels.change(said, leftOut) }
}

it('changes nothing where an event says what holds already, in whatever order', () => {
  const { labels, change } = aSession()
  labels.introduce({ a: '1', gpu: 'x' })
  expect(change({ seq: 1, said: undefined })).toMatchObject({ latest: { a: '1', gpu: 'x' }, from: 1, earlier: [] })
  expect(change({ seq: 2, said: { gpu: 'x', a: '1' } })).toBeUndefined()
  expect(change({ seq: 3, said: {} })).toBeUndefined()
})

it('goes on from those of the session where a hello says none', () => {
  const { labels, change } = aSession()
  labels.introduce(undefined)
  expect(change({ seq: 4, said: undefined })).toBeUndefined()
  expect(change({ seq: 5, said: { gpu: null } })).toEqual({ earlier: [{ from: 1, until: 5, labels: gpu }], from: 5 })
  expect(change({ seq: 6, said: undefined })).toEqual({ earlier: [{ from: 5, until: 6 }], from: 6, latest: gpu })
})

it('takes any name for a label', () => {
  const { change } = aSession()
  const said = JSON.parse('{"__proto__":"p","constructor":"c"}')
  expect(Object.keys(change({ seq: 2, said })?.latest ?? {})).toEqual(['gpu', '__proto__', 'constructor'])
})

it('changes 256 times at most, and says so: a few bytes of a frame are no kilobytes of a database', () => {
  const { labels, leftOut, change } = aSession()
  for (let seq = 1; seq <= 300; seq++) change({ seq, said: { room: `${seq}` } })
  expect(labels.latest).toEqual({ gpu: 'x', room: '256' })
  expect(leftOut.sentences()?.[0]).toBe('Expected the labels of a session to change at most 256 times: use the context')
})

it('are not those of a hello again that comes before the first events are committed', () => {
  const labels = createSessionLabels(undefined)
  labels.introduce(gpu)
  expect(labels.latest).toEqual(gpu)
  labels.change([{ seq: 2, said: { player: 'ada' } }], createLeftOut())
  labels.introduce(gpu)
  expect(labels.latest).toEqual({ gpu: 'x', player: 'ada' })
})
