import { expect, it } from 'vitest'
import { createRefusals } from './refusals.ts'

function someRefusals() {
  const lines: { origin: string | undefined; text: string }[] = []
  const clock = { ms: 0 }
  const warn = (details: unknown, text: string) =>
    void lines.push({ origin: (details as { origin?: string }).origin, text })
  const refusals = createRefusals({ log: { warn } as never, monotonicMs: () => clock.ms })
  return { refusals, lines, clock }
}

it('counts each by its reason, and tells of an origin once an hour', () => {
  const { refusals, lines, clock } = someRefusals()
  for (let at = 0; at < 5; at++) refusals.add('forbidden', 'Expected an allowed origin', 'https://a.example')
  refusals.add('forbidden', 'Expected a loopback host', undefined)
  expect(lines).toEqual([
    { origin: 'https://a.example', text: 'A sender was refused: Expected an allowed origin' },
    { origin: undefined, text: 'A sender was refused: Expected a loopback host' },
  ])
  clock.ms += 3_600_000
  refusals.add('unauthorised', 'Expected a valid key', 'https://a.example')
  expect([lines.length, refusals.total, [...refusals.counts]]).toEqual([
    3,
    7,
    [
      ['forbidden', 6],
      ['unauthorised', 1],
    ],
  ])
  expect(refusals.byOrigin()).toEqual([
    { origin: 'https://a.example', reason: 'forbidden', refusals: 5 },
    { origin: 'https://a.example', reason: 'unauthorised', refusals: 1 },
    { origin: null, reason: 'forbidden', refusals: 1 },
  ])
})

it('tells of so many origins an hour, and says when it stops', () => {
  const { refusals, lines } = someRefusals()
  for (let at = 0; at < 10_000; at++) refusals.add('forbidden', 'no', `https://${at}.example/${'x'.repeat(1000)}`)
  expect(lines).toHaveLength(100)
  expect(lines.at(-1)?.text).toContain('only the count')
  expect(lines.every(({ origin = '' }) => origin.length <= 100)).toBe(true)
  expect(refusals.total).toBe(10_000)
  // Anybody can make up more of them.
  expect(refusals.byOrigin()).toHaveLength(101)
  expect(refusals.byOrigin()[0]).toEqual({ origin: '(other)', reason: 'forbidden', refusals: 9900 })
})

it('tells nothing of what was sent', () => {
  const { refusals, lines } = someRefusals()
  refusals.add('bad_json', 'Expected JSON, got secret', 'https://a.example')
  expect([lines, refusals.total]).toEqual([[], 1])
})
