import { expect, it } from 'vitest'
import { createLiveLink, type Source } from './live-link.ts'

function aSource() {
  const listeners = new Map<string, (event: { data?: string }) => void>()
  const state = { opened: 0, closed: 0, readyState: 0 }
  const timers = new Set<() => void>()
  const connect = (): Source => {
    state.opened++
    return {
      get readyState() {
        return state.readyState
      },
      addEventListener: (type, listener) => void listeners.set(type, listener),
      close: () => void state.closed++,
    }
  }
  const tell = (type: string, data?: unknown) =>
    listeners.get(type)?.(data === undefined ? {} : { data: JSON.stringify(data) })
  const setTimer = (run: () => void) => {
    timers.add(run)
    return () => timers.delete(run)
  }
  return { ports: { connect, setTimer }, tell, state, timers }
}

it('does nothing before it is started, and one thing when it is started twice', () => {
  const { ports, state } = aSource()
  const link = createLiveLink(ports)
  expect(state.opened).toBe(0)
  link.start()
  link.start()
  link.stop()
  link.stop()
  expect(state).toMatchObject({ opened: 1, closed: 1 })
})

it('follows the link and keeps what came while it is down', () => {
  const { ports, tell } = aSource()
  const link = createLiveLink(ports)
  let told = 0
  link.subscribe(() => told++)
  link.start()
  expect(link.snapshot().link).toBe('connecting')
  tell('counters', { stored: 5 })
  tell('tail', { events: [], rejected: [], lost: 2 })
  tell('error')
  expect(link.snapshot()).toMatchObject({ link: 'lost', counters: { stored: 5 }, tail: { lost: 2 } })
  tell('open')
  expect(link.snapshot().link).toBe('open')
  expect(told).toBe(4)
})

it('opens another stream where an answer has closed this one for good', () => {
  const { ports, tell, state, timers } = aSource()
  const link = createLiveLink(ports)
  link.start()
  tell('error')
  expect(timers.size).toBe(0)
  state.readyState = 2
  tell('error')
  for (const run of timers) run()
  expect(state.opened).toBe(2)
  timers.clear()
  tell('error')
  link.stop()
  expect(timers.size).toBe(0)
})

it('changes its snapshot only when something came, as React needs', () => {
  const { ports } = aSource()
  const link = createLiveLink(ports)
  expect(link.snapshot()).toBe(link.snapshot())
})
