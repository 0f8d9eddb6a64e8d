import { expect, it } from 'vitest'
import { hrefOf, readAddress } from '../router.ts'
import { type Moment, momentParameters, readMoment } from './moment.ts'

const through = (moment: Moment): Moment =>
  readMoment(readAddress(hrefOf({ view: 'sessions', name: 's', parameters: momentParameters(moment) })).parameters)

it('goes into an address and comes back', () => {
  const moment: Moment = {
    span: { fromMs: 1_767_225_600_000, toMs: 1_767_225_601_050 },
    seq: 1204,
    clock: 'device',
    hidden: ['bullet_fired', 'a,b&c="\n'],
  }
  expect(through(moment)).toEqual(moment)
  const all: Moment = { span: undefined, seq: undefined, clock: undefined, hidden: [] }
  expect(through(all)).toEqual(all)
  expect(momentParameters(all)).toEqual({})
})

it.each(['corrected', 'device', 'received'] as const)('has the clock %s', (clock) => {
  const moment: Moment = { span: undefined, seq: undefined, clock, hidden: [] }
  expect(through(moment)).toEqual(moment)
})

it('keeps a frame that no whole milliseconds hold', () => {
  expect(through({ span: { fromMs: 100.4, toMs: 110.4 }, seq: 1, clock: undefined, hidden: [] }).span).toEqual({
    fromMs: 100,
    toMs: 111,
  })
})

it.each([
  { event: '0' },
  { event: '-1' },
  { event: '1e3' },
  { event: '99999999999999999999' },
  { from: 'NaN', to: '5' },
  { clock: 'mine' },
  { hide: '[1,{}]' },
  { hide: '{' },
])('takes nothing of %j', (parameters) => {
  expect(readMoment(parameters)).toEqual({ span: undefined, seq: undefined, clock: undefined, hidden: [] })
})
