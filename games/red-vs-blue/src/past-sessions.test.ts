import { expect, it } from 'vitest'
import { battleEvents } from './engine/events.ts'
import { identity } from './identity.ts'
import { pastSessions } from './past-sessions.ts'

const dayMs = 86_400_000
const now = Date.parse('2026-02-01T12:00:00Z')
const sessions = pastSessions(now)
const played = sessions.map((session) => ({ ...session, events: [...session.play()].flat() }))

it('has players who come back, in the build of today and the one before, all labelled as made up', () => {
  const players = sessions.map(({ labels }) => labels.player)
  expect(new Set(players).size).toBe(6)
  expect(players.filter((player) => player === 'ada')).toHaveLength(5)
  expect([...new Set(sessions.map(({ build }) => build))]).toEqual([
    'red-vs-blue 0.0.9',
    `red-vs-blue ${identity.version}`,
  ])
  expect(sessions.every(({ labels }) => labels.made_up !== undefined)).toBe(true)
})

it('plays missions of which some are left, and some fail in the former build alone', () => {
  const buildsOf = (type: string) => [
    ...new Set(played.filter(({ events }) => events.some((event) => event.type === type)).map(({ build }) => build)),
  ]
  expect(buildsOf('mission_failed')).toEqual(['red-vs-blue 0.0.9'])
  expect(buildsOf('mission_completed')).toHaveLength(2)
  expect(buildsOf('frame_stats')).toHaveLength(2)
  const isOver = (type: string) => type === 'mission_failed' || type === 'mission_completed'
  expect(played.filter(({ events }) => !events.some(({ type }) => isOver(type)))).toHaveLength(4)
})

it('sends what the definitions accept, but for what the former build still told', () => {
  for (const { build, events } of played) {
    const refused = events.filter(({ type, data }) => {
      const result = battleEvents.schemas[type]?.['~standard'].validate(data)
      return result === undefined || result instanceof Promise || result.issues !== undefined
    })
    for (const { type } of refused) expect([build, type]).toEqual(['red-vs-blue 0.0.9', 'telemetry_toggled'])
  }
})

it('lies in the days before, in order, by the clock of its player', () => {
  for (const { events, clockAheadMs } of played) {
    const times = events.map(({ timestamp }) => timestamp - clockAheadMs)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times[0]).toBeGreaterThan(now - 7 * dayMs)
    expect(times.at(-1)).toBeLessThan(now)
  }
})
