import { defineEvents } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { autoEvents } from './events.ts'
import { createFakePage, instrumentPage } from './test-doubles.ts'
import { errors } from './uncaught-errors.ts'

const validate = (type: keyof typeof autoEvents, data: unknown) => autoEvents[type]['~standard'].validate(data)

it('stands among the events of a game', () => {
  expect(Object.keys(defineEvents({ ...autoEvents }).schemas)).toEqual(Object.keys(autoEvents))
})

it('takes what the parts record', () => {
  const page = createFakePage()
  const { pushed } = instrumentPage(page, [errors()])
  for (const reason of [new Error('No hull'), 'text', undefined]) page.fire('unhandledrejection', { reason })
  page.fire('error', { message: 'Script error.', filename: '', lineno: 0, colno: 0, error: null })
  page.fire('error', { message: 'Script error.', filename: '', lineno: 0, colno: 0, error: null })
  page.advance(10_000)
  const events = pushed('error')
  expect(events).toHaveLength(5)
  for (const data of events) expect(validate('error', data)).toEqual({ value: data })
})

it.each([undefined, null, 'text', [], {}, { message: 'No hull', count: '1', kind: 'error' }])('refuses %j', (data) => {
  expect(validate('error', data)).toEqual({ issues: expect.arrayContaining([expect.anything()]) })
})

it('says which property is wrong', () => {
  expect(validate('frame_times', { fps: 60, p50: 16, p95: 17, p99: 18, max: '20' })).toEqual({
    issues: [{ message: 'Expected number', path: ['max'] }],
  })
})
