import { expect, it } from 'vitest'
import { toBeBalanced, toHaveReceived, toHaveReceivedTimes } from './matchers.ts'
import { aState, aTelemetry, event, ledger } from './test-doubles.ts'
import { matcherDefaults } from './wait-options.ts'

const brief = { timeout: 1 }

it('passes on an event that fits, there or to come', async () => {
  const { telemetry, send } = aTelemetry({ events: [event('a', { n: 1 })] })
  expect(await toHaveReceived.call(aState(), telemetry, 'a')).toMatchObject({ pass: true })
  const coming = toHaveReceived.call(aState(), telemetry, 'a', { n: 2 })
  send(event('a', { n: 2 }))
  expect(await coming).toMatchObject({ pass: true, name: 'toHaveReceived' })
})

it('says what was nearest where none fits in time', async () => {
  const { telemetry } = aTelemetry({ events: [event('a', { n: 1 })] })
  const { pass, message } = await toHaveReceived.call(aState(), telemetry, 'a', { n: 2 }, brief)
  expect(pass).toBe(false)
  expect(message()).toBe(
    [
      'expect(telemetry).toHaveReceived(expected)',
      '',
      'Expected: a {"n":2} within 1 ms',
      'Received: 1 event: a × 1',
      'Nearest of 1:',
      '  a #1 {"n":1}',
      '    n: expected 2, received 1',
    ].join('\n'),
  )
})

it('watches for a while before it says that none has come', async () => {
  const { telemetry, send } = aTelemetry()
  const waits: unknown[] = []
  const until: typeof telemetry.until = (ask, options) => {
    waits.push(options?.timeout)
    return telemetry.until(ask, options)
  }
  const coming = toHaveReceived.call(aState(true), { ...telemetry, until }, 'a', { n: 1 })
  await new Promise(setImmediate)
  expect(waits).toEqual([matcherDefaults.absenceMs])
  send(event('a', { n: 1 }))
  const { pass, message } = await coming
  expect(pass).toBe(true)
  expect(message()).toContain('Expected: no a {"n":1}\nReceived: #1 {"n":1}')
  expect(await toHaveReceived.call(aState(true), telemetry, 'b', undefined, brief)).toMatchObject({ pass: false })
})

it('counts up to the number that is wanted, and no further', async () => {
  const { telemetry, send } = aTelemetry({ events: [event('a', 1), event('a', 2)] })
  const times = (count: number, isNot = false, data?: unknown) =>
    toHaveReceivedTimes.call(aState(isNot), telemetry, 'a', count, data, brief)
  expect(await times(2)).toMatchObject({ pass: true })
  expect(await times(1, false, 2)).toMatchObject({ pass: true })
  expect(await times(3, true)).toMatchObject({ pass: false })
  expect(await times(2, true)).toMatchObject({ pass: true })
  expect((await times(1)).message()).toContain('Expected: 1 time a within 1 ms\nFitting: 2')
  expect((await times(3, false, 2)).message()).toContain('Expected: 3 times a 2 within 1 ms\nFitting: 1\nReceived: 2')
  // Enough is known at once, and one too many, however long it might wait.
  const patient = { timeout: 600_000 }
  expect(await toHaveReceivedTimes.call(aState(), telemetry, 'a', 2, undefined, patient)).toMatchObject({ pass: true })
  expect(await toHaveReceivedTimes.call(aState(), telemetry, 'a', 1, undefined, patient)).toMatchObject({ pass: false })
  const coming = toHaveReceivedTimes.call(aState(), telemetry, 'a', 3)
  await new Promise(setImmediate)
  send(event('a', 3))
  expect(await coming).toMatchObject({ pass: true })
  await expect(times(-1)).rejects.toMatchObject({ code: 'bad_option' })
})

it('asks for ledgers until they balance', async () => {
  const { telemetry, facts } = aTelemetry({ ledgers: [ledger({ outstanding: 1 })] })
  expect(await toBeBalanced.call(aState(true), telemetry)).toMatchObject({ pass: false })
  const coming = toBeBalanced.call(aState(false, 0), telemetry)
  facts.ledgers = [ledger()]
  expect(await coming).toMatchObject({ pass: true })
  const { pass, message } = await toBeBalanced.call(aState(true), telemetry, brief)
  expect(pass).toBe(true)
  expect(message()).toContain(
    'Expected: a ledger with something missing or outstanding\nsession s: 3 pushed = 3 stored',
  )
  facts.ledgers = [ledger({ balanced: false, missing: 1 })]
  expect((await toBeBalanced.call(aState(), telemetry, brief)).message()).toContain('+ 1 missing')
  facts.ledgers = []
  expect((await toBeBalanced.call(aState(), telemetry, brief)).message()).toContain('No page has connected')
})

it('takes telemetry only', async () => {
  const wrong = toHaveReceived.call(aState(), undefined as never, 'a')
  await expect(wrong).rejects.toThrow('Expected the `telemetry` fixture in expect(telemetry).toHaveReceived()')
  await expect(toBeBalanced.call(aState(), {} as never)).rejects.toMatchObject({ code: 'bad_option' })
})

it('has a timeout also where Playwright does not tell one', async () => {
  const { telemetry } = aTelemetry({ events: [event('a', 1)] })
  const { timeout: _, ...state } = aState()
  expect(await toHaveReceived.call(state as never, telemetry, 'a')).toMatchObject({ pass: true })
})
