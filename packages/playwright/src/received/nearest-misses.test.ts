import { expect, it } from 'vitest'
import { event, evidence, ledger, rejection } from '../test-doubles.ts'
import { explainMiss, printLedger } from './nearest-misses.ts'

const red = { type: 'ship_destroyed', pattern: { team: 'red', by: 'b' } }

it('shows the events that differ least, the newest first, with what differs', () => {
  const events = [
    event('ship_destroyed', { team: 'blue', by: 'x' }, 1),
    event('ship_destroyed', { team: 'red', by: 'x' }, 2),
    event('ship_destroyed', { team: 'red', by: 'y' }, 3),
    event('ship_destroyed', { team: 'blue', by: 'z' }, 4),
    event('bullet_fired', {}, 5),
  ]
  expect(explainMiss(red, evidence({ events }))).toEqual([
    'Received: 5 events: ship_destroyed × 4, bullet_fired × 1',
    'Nearest of 4:',
    '  ship_destroyed #3 {"team":"red","by":"y"}',
    '    by: expected "b", received "y"',
    '  ship_destroyed #2 {"team":"red","by":"x"}',
    '    by: expected "b", received "x"',
    '  ship_destroyed #4 {"team":"blue","by":"z"}',
    '    team: expected "red", received "blue"',
    '    by: expected "b", received "z"',
  ])
})

it('says so where the payload as a whole is another', () => {
  const lines = explainMiss({ type: 'a', pattern: { x: 1 } }, evidence({ events: [event('a', 7)] }))
  expect(lines).toContain('    data: expected {"x":1}, received 7')
})

it('has no nearest where all of them fit', () => {
  expect(explainMiss({ type: 'a', pattern: undefined }, evidence({ events: [event('a', 7)] }))).toHaveLength(1)
})

it('names types that are spelt alike', () => {
  const events = [event('shipDestroyed', {}), event('bullet_fired', {})]
  expect(explainMiss(red, evidence({ events }))).toContain('Similar: shipDestroyed')
  expect(explainMiss({ type: 'zzz', pattern: {} }, evidence({ events }))).toHaveLength(1)
})

it('shows rejections, those of the wanted type first', () => {
  const rejected = [rejection(1, { type: 'other' }), rejection(2, { type: 'ship_destroyed', data: 1 })]
  expect(explainMiss(red, evidence({ rejected }))).toEqual([
    'Received: 0 events',
    'Rejected: 2 events: invalid_payload × 2',
    '  #2 invalid_payload: data.team: no in {"type":"ship_destroyed","data":1}',
    '  #1 invalid_payload: data.team: no in {"type":"other"}',
  ])
})

it('says how far the link came where nothing came', () => {
  const said = (over: Parameters<typeof evidence>[0]) => explainMiss(red, evidence(over)).join('\n')
  expect(said({})).toContain('No page has connected')
  expect(said({ attempts: 2 })).toContain('Pages have connected 2 times, and none has begun a session')
  expect(said({ attempts: 1, ledgers: [ledger({ pushed: 0 })] })).toContain('1 session began, and pushed nothing yet')
  const lost = ledger({ stored: 0, missing: 2, outstanding: 1, dropped: { overflow: 0 } })
  expect(said({ ledgers: [lost] })).toContain('session s: 3 pushed = 0 stored + 2 missing + 1 outstanding')
})

it('says what there is to say of the pages', () => {
  const said = (over: Parameters<typeof evidence>[0]) => explainMiss(red, evidence(over))
  const pages = ['about:blank is blank']
  expect(said({ pages })).toEqual(['Received: nothing. No page has connected:', '  about:blank is blank'])
  expect(said({ pages, events: [event('a', 7)] })).toEqual([
    'Received: 1 event: a × 1',
    'Pages:',
    '  about:blank is blank',
  ])
  expect(said({ attempts: 1, pages })[1]).toBe('  about:blank is blank')
  expect(said({ refused: 2 })[1]).toContain('A page with the address of an earlier test was refused')
})

it('prints a ledger as the equation that it is', () => {
  const whole = ledger({ pushed: 9, rejected: { bad_event: 2, too_large: 1 }, dropped: { overflow: 3 } })
  expect(printLedger(whole)).toBe(
    'session s: 9 pushed = 3 stored + 3 rejected (bad_event × 2, too_large × 1) + 3 dropped (overflow × 3)',
  )
})
