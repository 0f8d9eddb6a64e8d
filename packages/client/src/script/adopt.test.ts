// @vitest-environment jsdom
import { expect, it } from 'vitest'
import { adopt, type CallQueue } from './adopt.ts'

const adopted = (...queue: CallQueue) => adopt({}, queue, { enabled: true, url: 'http://127.0.0.1:1' })

it('hears a no that came before the script did, before anything is stored', () => {
  localStorage.clear()
  const telemetry = adopted(['push', 'early'], ['setEnabled', false])
  expect([telemetry.enabled, localStorage.length, telemetry.stats().pushed]).toEqual([false, 0, 0])
  telemetry.setEnabled(true)
  telemetry.push('late')
  expect(telemetry.recent(1)[0]?.labels).toMatchObject({ player: expect.any(String) })
  telemetry.setEnabled(false)
})

it('records what came before the script did', () => {
  const telemetry = adopted(['push', 'early', { n: 1 }, 1_700_000_000_000])
  expect(telemetry.recent(100)).toContainEqual(expect.objectContaining({ type: 'early', timestamp: 1_700_000_000_000 }))
  telemetry.setEnabled(false)
})

it('records what failed before the script came, in its place and with its stack, and leaves what fails later to auto', () => {
  const fail = (error: Error) => new ErrorEvent('error', { message: error.message, filename: 'game.js', error })
  const first = new TypeError('No hull')
  const queue: CallQueue = [
    ['push', 'before'],
    ['caught', fail(first), undefined, 1_700_000_000_000],
    ['push', 'between'],
    ['caught', fail(first), undefined, 1_700_000_000_100],
    ['caught', fail(new RangeError('No map')), undefined, 1_700_000_000_200],
  ]
  const telemetry = adopted(...queue)
  const recorded = telemetry.recent(9).filter(({ type }) => type !== 'page_loaded')
  expect(recorded).toMatchObject([
    { type: 'before' },
    {
      type: 'error',
      timestamp: 1_700_000_000_000,
      data: { message: 'No hull', count: 1, stack: first.stack, breadcrumbs: ['before'] },
    },
    { type: 'between' },
    { type: 'error', data: { message: 'No map', count: 1 } },
    { type: 'error', data: { message: 'No hull', count: 1 } },
  ])
  telemetry.setEnabled(false)
})

it('passes over what it does not know yet, from a page that is newer', () => {
  const telemetry = adopted(['later', 1] as unknown as CallQueue[number], ['push', 'early'])
  expect(telemetry.recent(9)).toContainEqual(expect.objectContaining({ type: 'early' }))
  telemetry.setEnabled(false)
})

it('has no error twice that comes when the script is there', () => {
  const queue: CallQueue = []
  const telemetry = adopt({}, queue, { enabled: true, url: 'http://127.0.0.1:1' })
  const event = new ErrorEvent('error', { message: 'No hull', error: new Error('No hull') })
  const snippet = (caught: Event) => queue.push(['caught', caught, undefined, 0])
  addEventListener('error', snippet)
  dispatchEvent(event)
  removeEventListener('error', snippet)
  expect([queue.length, telemetry.recent(9).filter(({ type }) => type === 'error')]).toMatchObject([
    0,
    [{ type: 'error' }],
  ])
  telemetry.setEnabled(false)
})

it('records no error from before a player said no', () => {
  const event = new ErrorEvent('error', { message: 'No hull', error: new Error('No hull') })
  const telemetry = adopted(['caught', event, undefined, 1_700_000_000_000], ['setEnabled', false])
  expect(telemetry.stats().pushed).toBe(0)
})
