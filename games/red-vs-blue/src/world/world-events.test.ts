import { EventBus } from '@downlink/world-state'
import { expect, it, vi } from 'vitest'
import { battleEvents } from '../engine/events.ts'
import { createHeadlessMission } from '../headless-mission.ts'
import type { WorldEvents } from './world-events.ts'
import { pushWorldEvents } from './world-events.ts'

it('spells events as telemetry does, and stops', () => {
  const eventBus = new EventBus<WorldEvents>()
  const push = vi.fn()
  const stop = pushWorldEvents(eventBus, push)
  eventBus.emit('objective:blocked', { missionId: 'cascade', objectiveId: 'hold', reason: 'lost', timestamp: 7 })
  expect(push.mock.calls).toEqual([
    ['objective_blocked', { missionId: 'cascade', objectiveId: 'hold', reason: 'lost', timestamp: 7 }],
  ])
  stop()
  eventBus.emit('mission:started', { missionId: 'cascade' })
  expect(push).toHaveBeenCalledTimes(1)
})

it('leaves what the store and the export tell of themselves to them', () => {
  const eventBus = new EventBus<Record<string, unknown>>()
  const push = vi.fn()
  pushWorldEvents(eventBus as unknown as EventBus<WorldEvents>, push)
  eventBus.emit('telemetry:export_started', {})
  eventBus.emit('worldstate:updated', {})
  expect(push).not.toHaveBeenCalled()
})

it('every event of the missions is as its definition wants it', async () => {
  const seen = new Set<string>()
  const faults: unknown[] = []
  const check = (name: string, payload: unknown): void => {
    const type = name.replace(':', '_')
    seen.add(type)
    const schema = battleEvents.schemas[type as keyof typeof battleEvents.schemas]
    const verdict = schema?.['~standard'].validate(payload)
    if (!verdict || 'issues' in verdict) faults.push({ type, payload, verdict })
  }
  for (const missionId of ['tutorial', 'cascade']) {
    const mission = createHeadlessMission({ missionId, seed: 7, now: 0 })
    for (const kind of ['faction:*', 'tutorial:*', 'mission:*', 'objective:*'] as const) {
      mission.eventBus.on(kind, (payload, name) => check(name, payload))
    }
    while (!mission.finished) mission.step()
  }
  check('tutorial:skipped', { reason: 'player', action: 'Left the tutorial', completedSteps: 1, timestamp: 0 })
  check('mission:failed', { missionId: 'cascade', reason: 'Too late', timestamp: 0 })
  expect(faults).toEqual([])
  const defined = Object.keys(battleEvents.schemas).filter((type) =>
    /^(faction|tutorial|mission|objective)_/.test(type),
  )
  expect([...seen].sort()).toEqual(defined.sort())
})
