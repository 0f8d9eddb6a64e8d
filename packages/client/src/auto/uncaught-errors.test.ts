import { expect, it } from 'vitest'
import { createFakePage, type FakePage, instrumentPage } from './test-doubles.ts'
import { errors } from './uncaught-errors.ts'

function fail(page: FakePage, error: unknown, { message = `Uncaught ${error}`, line = 12 } = {}): void {
  page.fire('error', { message, filename: 'https://game.example/game.js', lineno: line, colno: 5, error })
}

it('tells of an error with its class, its stack, and what happened before it', () => {
  const page = createFakePage()
  const { telemetry, pushed } = instrumentPage(page, [errors()])
  for (let level = 1; level <= 12; level++) telemetry.push(`level_${level}`)
  telemetry.push('frame_times', {})
  fail(page, new TypeError('No hull'))
  const levels = Array.from({ length: 10 }, (_, at) => `level_${at + 3}`)
  expect(pushed('error')).toEqual([
    {
      message: 'No hull',
      count: 1,
      kind: 'error',
      name: 'TypeError',
      source: 'https://game.example/game.js:12:5',
      stack: expect.stringMatching(/^TypeError: No hull\n {4}at /),
      breadcrumbs: levels,
    },
  ])
})

it('tells of a rejection', () => {
  const page = createFakePage()
  const { pushed } = instrumentPage(page, [errors()])
  page.fire('unhandledrejection', { reason: new RangeError('No map') })
  expect(pushed('error')).toMatchObject([{ message: 'No map', kind: 'rejection', name: 'RangeError', count: 1 }])
})

it.each<[string, unknown, string]>([
  ['text', 'out of fuel', 'out of fuel'],
  ['nothing', undefined, 'undefined'],
  ['a number', 404, '404'],
  ['an object', { code: 7 }, '[object Object]'],
  ['an object with a message', { message: 'no map', name: 5 }, 'no map'],
  ['what has no text', Object.create(null), 'something that has no text was thrown'],
  [
    'what throws when it is looked at',
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('again')
        },
      },
    ),
    'something that has no text was thrown',
  ],
  ['very long text', 'x'.repeat(100_000), 'x'.repeat(1000)],
])('counts whatever is thrown: %s', (_, thrown, message) => {
  const page = createFakePage()
  const { pushed } = instrumentPage(page, [errors()])
  page.fire('unhandledrejection', { reason: thrown })
  page.fire('unhandledrejection', { reason: thrown })
  page.advance(10_000)
  expect(pushed('error')).toMatchObject([
    { message, count: 1 },
    { message, count: 1 },
  ])
})

it('has a message also where the browser hides the error of another origin', () => {
  const page = createFakePage()
  const { pushed } = instrumentPage(page, [errors()])
  page.fire('error', { message: 'Script error.', filename: '', lineno: 0, colno: 0, error: null })
  expect(pushed('error')).toMatchObject([{ message: 'Script error.', count: 1 }])
})

it.each([
  ['layout that goes on in the next frame', { message: 'ResizeObserver loop limit exceeded', filename: '' }],
  [
    'the same, in newer words',
    { message: 'ResizeObserver loop completed with undelivered notifications.', filename: '' },
  ],
  ['an extension of the browser', { message: 'Uncaught', filename: 'chrome-extension://abc/inject.js' }],
  ['an image that is missing', {}],
])('passes over %s', (_, event) => {
  const page = createFakePage()
  const { pushed } = instrumentPage(page, [errors()])
  page.fire('error', { lineno: 1, colno: 1, error: null, ...event })
  expect(pushed('error')).toEqual([])
})

it('keeps the queries of addresses to itself', () => {
  const page = createFakePage()
  const { pushed } = instrumentPage(page, [errors()])
  const error = new Error('No hull')
  error.stack = `Error: No hull
    at update (https://game.example/game.js?token=secret:12:5)
    at https://game.example/?user=secret#secret:3:1
frame@https://game.example/main.js?v=secret:1:2
run@https://game.example/main.js?v=secret line 3 > eval:1:1
    at eval (eval at run (https://game.example/main.js?v=secret:2:3), <anonymous>:1:1)`
  page.fire('error', { message: '', filename: '', error })
  page.fire('error', { message: 'x', filename: 'https://game.example/?user=secret', lineno: 1, colno: 2, error })
  page.fire('unhandledrejection', { reason: new Error('Failed to fetch https://game.example/a.js?user=secret') })
  expect(JSON.stringify(pushed('error'))).not.toContain('secret')
  expect(JSON.stringify(pushed('error'))).toContain('Failed to fetch https://game.example/a.js')
  expect(pushed('error')).toMatchObject([
    {
      source: 'https://game.example/:1:2',
      stack: expect.stringContaining('at update (https://game.example/game.js:12:5)\n'),
    },
    { kind: 'rejection' },
  ])
})

/** What the events count, and how many events that takes. */
const counted = (events: unknown[]) => ({
  errors: events.reduce((sum: number, event) => sum + (event as { count: number }).count, 0),
  events: events.length,
})

it('counts each error of a storm in few events, and reads one stack', () => {
  const page = createFakePage()
  const { pushed } = instrumentPage(page, [errors()])
  let stacks = 0
  const error = Object.defineProperty(new Error('No hull'), 'stack', { get: () => `${++stacks}` })
  for (let second = 0; second < 10; second++) {
    for (let n = 0; n < 10_000; n++) fail(page, error)
    page.advance(1000)
  }
  expect([counted(pushed('error')), stacks]).toEqual([{ errors: 100_000, events: 2 }, 1])
})

it('counts a storm of errors of which no two are alike', () => {
  const page = createFakePage()
  const { pushed } = instrumentPage(page, [errors()])
  for (let n = 0; n < 10_000; n++) page.fire('unhandledrejection', { reason: new Error(`No asset ${n}`) })
  page.advance(10_000)
  expect(counted(pushed('error'))).toEqual({ errors: 10_000, events: 21 })
  expect(pushed('error').at(-1)).toMatchObject({ message: '(further errors)', count: 9980 })
})

it('tells of an error anew, with its stack, once it had stopped', () => {
  const page = createFakePage()
  const { pushed } = instrumentPage(page, [errors()])
  fail(page, new Error('No hull'))
  page.advance(10_000)
  fail(page, new Error('No hull'))
  fail(page, new Error('No hull'))
  page.advance(20_000)
  const has = (stack: boolean) => (stack ? { stack: expect.any(String) } : {})
  expect(pushed('error')).toMatchObject([has(true), has(true), has(false)])
  expect(counted(pushed('error'))).toEqual({ errors: 3, events: 3 })
})

it.each(['visibilitychange', 'pagehide'])('has told of all before %s reaches the client', (type) => {
  const page = createFakePage()
  const { pushed } = instrumentPage(page, [errors()])
  for (let n = 0; n < 5; n++) fail(page, new Error('No hull'))
  page.fire(type)
  expect(counted(pushed('error'))).toEqual({ errors: 5, events: 2 })
})

it('has told of all when it is stopped', () => {
  const page = createFakePage()
  const { pushed, stop } = instrumentPage(page, [errors()])
  for (let n = 0; n < 5; n++) fail(page, new Error('No hull'))
  stop()
  expect(counted(pushed('error'))).toEqual({ errors: 5, events: 2 })
})

it('makes no loop with whoever fails whenever an error is recorded', () => {
  const page = createFakePage()
  const { telemetry, pushed } = instrumentPage(page, [errors()], {
    redact: (event) => {
      if (event.type === 'error') page.fire('unhandledrejection', { reason: new Error('redact fails, too') })
      return event
    },
  })
  telemetry.buffer.subscribe(() => fail(page, new Error('a listener fails')))
  fail(page, new Error('No hull'))
  page.advance(60_000)
  expect(pushed('error').length).toBeLessThan(30)
})
