import { expect, it } from 'vitest'
import { createLiveLink, type Source } from './live-link.ts'

function aSource() {
  const listeners = new Map<string, (event: { data?: string }) => void>()
  const state = { opened: 0, closed: 0 }
  const connect = (): Source => {
    state.opened++
    return {
      addEventListener: (type, listener) => void listeners.set(type, listener),
      close: () => void state.closed++,
    }
  }
  const tell = (type: string, data?: unknown) =>
    listeners.get(type)?.(data === undefined ? {} : { data: JSON.stringify(data) })
  return { connect, tell, state }
}

it('does nothing before it is started, and one thing when it is started twice', () => {
  const { connect, state } = aSource()
  const link = createLiveLink(connect)
  expect(state.opened).toBe(0)
  link.start()
  link.start()
  link.stop()
  link.stop()
  expect(state).toEqual({ opened: 1, closed: 1 })
})

it('follows the link and keeps what came while it is down', () => {
  const { connect, tell } = aSource()
  const link = createLiveLink(connect)
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

it('changes its snapshot only when something came, as React needs', () => {
  const { connect } = aSource()
  const link = createLiveLink(connect)
  expect(link.snapshot()).toBe(link.snapshot())
})
