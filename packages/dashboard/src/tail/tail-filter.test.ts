import { expect, it } from 'vitest'
import { readAddress } from '../router.ts'
import type { TailRow } from './tail.ts'
import { matching, needsFacts, readTailFilter, type SessionFacts } from './tail-filter.ts'

const aRow = (key: string, over: Partial<Exclude<TailRow, { kind: 'gap' }>> = {}): TailRow => ({
  kind: 'event',
  key,
  at: 0,
  receivedAt: 0,
  sessionId: 'session-a',
  seq: 1,
  type: 'x',
  text: '',
  ...over,
})

const rows: readonly TailRow[] = [
  aRow('hit', { type: 'bullet_hit', text: '{"team":"Red"}' }),
  { kind: 'gap', key: 'gap', entries: 5 },
  aRow('spawned', { type: 'ship_spawned', sessionId: 'session-b' }),
  aRow('rejected', { kind: 'rejected', type: 'bad_text', sessionId: 'session-c', text: 'Expected text' }),
]

const facts: Readonly<Record<string, SessionFacts>> = {
  'session-a': { build: '1.2.0', labels: { player: 'Ada', level: 3 } },
  'session-b': { build: '1.3.0', labels: {} },
}

it.each([
  ['#/live', ['hit', 'gap', 'spawned', 'rejected']],
  ['#/live?type=+BULLET+', ['hit']],
  ['#/live?kind=rejected', ['rejected']],
  ['#/live?kind=nonsense', ['hit', 'gap', 'spawned', 'rejected']],
  ['#/live?session=SION-b', ['spawned']],
  ['#/live?text=red', ['hit']],
  ['#/live?text=expected', ['rejected']],
  ['#/live?build=1.2', ['hit']],
  ['#/live?label=ada', ['hit']],
  ['#/live?label=player=ada', ['hit']],
  ['#/live?label=level%3D3&type=spawned', []],
  ['#/live?build=1.&type=s', ['spawned']],
])('picks by %s', (fragment, keys) => {
  const filter = readTailFilter(readAddress(fragment))
  expect(matching(rows, filter, (id) => facts[id]).map(({ key }) => key)).toEqual(keys)
})

it('has sessions looked up only where it needs them', () => {
  expect(needsFacts(readTailFilter(readAddress('#/live?type=a&text=b')))).toBe(false)
  expect(needsFacts(readTailFilter(readAddress('#/live?label=b')))).toBe(true)
})
