import { expect, it } from 'vitest'
import { type Deadline, type Outcome, underDeadline, withTimeout } from './deadline.ts'
import { fakeTime, never, settled } from './test-doubles.ts'

function setUp(changes: Partial<Deadline> = {}) {
  const time = fakeTime()
  const deadline: Deadline = {
    timeoutMs: 100,
    graceMs: 10,
    setTimer: time.setTimer,
    onTimeout: () => new Error('too late'),
    onAbort: (reason) => new Error(`aborted: ${reason}`),
    ...changes,
  }
  let outcome: Outcome<unknown> | undefined
  const run = (work: (signal: AbortSignal) => unknown) => {
    void underDeadline(work, deadline).then((value) => {
      outcome = value
    })
  }
  return { time, run, outcome: () => outcome }
}

it('gives the value, or what was thrown, and sets no timer beyond', async () => {
  const { time, run, outcome } = setUp()
  run(() => 5)
  await settled()
  expect(outcome()).toEqual({ ok: true, value: 5 })
  run(() => {
    throw 'at once'
  })
  await settled()
  expect(outcome()).toEqual({ ok: false, error: 'at once', stuck: false })
  run(() => Promise.reject(new Error('later')))
  await settled()
  expect(outcome()).toEqual({ ok: false, error: new Error('later'), stuck: false })
  expect(time.pending).toBe(0)
})

it('leaves no listener on the signal of the caller, which may outlive many exports', async () => {
  const listeners = new Set<unknown>()
  const { signal } = new AbortController()
  signal.addEventListener = (_type: string, listener: unknown) => void listeners.add(listener)
  signal.removeEventListener = (_type: string, listener: unknown) => void listeners.delete(listener)
  const { run, outcome } = setUp({ signal })
  run(() => 5)
  expect(listeners.size).toBe(1)
  await settled()
  expect([outcome(), listeners.size]).toEqual([{ ok: true, value: 5 }, 0])
})

it('aborts at the deadline, and waits a little for the work to clean up', async () => {
  const { time, run, outcome } = setUp()
  let signal: AbortSignal | undefined
  run((given) => {
    signal = given
    return new Promise((_resolve, reject) => given.addEventListener('abort', () => reject(new Error('cleaned up'))))
  })
  await time.pass(99)
  expect([signal?.aborted, outcome()]).toEqual([false, undefined])
  await time.pass(1)
  expect(signal?.reason).toEqual(new Error('too late'))
  expect(outcome()).toEqual({ ok: false, error: new Error('too late'), stuck: false })
  expect(time.pending).toBe(0)
})

it('gives up work that does not end, and hears nothing of it afterwards', async () => {
  const { time, run, outcome } = setUp()
  let finish = (_value: unknown): void => {}
  run(
    () =>
      new Promise((resolve) => {
        finish = resolve
      }),
  )
  await time.pass(109)
  expect(outcome()).toBeUndefined()
  await time.pass(1)
  const stuck = { ok: false, error: new Error('too late'), stuck: true }
  expect(outcome()).toEqual(stuck)
  finish('at last')
  await settled()
  expect([outcome(), time.pending]).toEqual([stuck, 0])
})

it('counts a success in the time of grace as too late', async () => {
  const { time, run, outcome } = setUp()
  run((signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve('just so'))))
  await time.pass(100)
  expect(outcome()).toEqual({ ok: false, error: new Error('too late'), stuck: false, late: 'just so' })
})

it('begins nothing under a signal that is aborted, and ends with one that is aborted later', async () => {
  const caller = new AbortController()
  const { time, run, outcome } = setUp({ signal: caller.signal })
  run(never)
  caller.abort('no more')
  caller.abort('again')
  await time.pass(10)
  expect(outcome()).toEqual({ ok: false, error: new Error('aborted: no more'), stuck: true })
  let begun = false
  run(() => {
    begun = true
  })
  await settled()
  expect([begun, outcome()]).toEqual([false, { ok: false, error: new Error('aborted: no more'), stuck: false }])
})

it('waits no longer than the time limit, and then gives what it is told to, or throws', async () => {
  const time = fakeTime()
  const { setTimer, pass } = time
  const signals: AbortSignal[] = []
  const hanging = (signal: AbortSignal) => {
    signals.push(signal)
    return never<number>()
  }
  const late = withTimeout(hanging, 100, () => 'late', setTimer)
  const refused = withTimeout(hanging, 100, undefined, setTimer)
  const settling = Promise.allSettled([late, refused])
  await pass(99)
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
  await pass(1)
  expect(await settling).toEqual([
    { status: 'fulfilled', value: 'late' },
    { status: 'rejected', reason: new Error('it had not ended after 100 ms') },
  ])
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
  expect(time.pending).toBe(0)
})

it('settles as work does that ends in time, and leaves no timer', async () => {
  const time = fakeTime()
  const { setTimer } = time
  const broken = () => {
    throw new Error('mine')
  }
  expect(await withTimeout(async () => 5, 100, undefined, setTimer)).toBe(5)
  await expect(withTimeout(broken, 100, undefined, setTimer)).rejects.toThrow('mine')
  await settled()
  expect(time.pending).toBe(0)
})
