// What the engine may use of the language is a lint rule: tools/lint/exact-math.grit.
import { expect, it } from 'vitest'
import { goldenDigest } from '../test-doubles.ts'
import { digestBattle } from './digest.ts'
import { createEngine } from './engine.ts'
import type { BattleEvent } from './events.ts'

it('plays seed 7 for a minute to the known last byte', () => {
  expect(digestBattle({ seed: 7, ticks: 3600 })).toBe(goldenDigest)
})

it('plays another battle for another seed', () => {
  expect(digestBattle({ seed: 8, ticks: 600 })).not.toBe(digestBattle({ seed: 7, ticks: 600 }))
})

it('repeats a played battle from its inputs', () => {
  const play = (): BattleEvent[] => {
    const events: BattleEvent[] = []
    const engine = createEngine({ seed: 3, shipsPerTeam: 5, enableTelemetry: true })
    engine.on('telemetry', (event) => events.push(event))
    for (let tick = 0; tick < 900; tick++) {
      if (tick === 30) engine.takeOver('red-1-1')
      if (tick === 60) engine.input({ turn: -0.5, thrust: 1, fire: true })
      if (tick === 200) engine.spawnShip('blue')
      if (tick === 500) engine.reset({ seed: 9 })
      engine.step()
    }
    return events
  }
  const events = play()
  expect(events.some(({ type }) => type === 'player_input')).toBe(true)
  expect(JSON.stringify(play())).toBe(JSON.stringify(events))
})

it('replays any later round from its seed alone', () => {
  const events: BattleEvent[] = []
  const engine = createEngine({ seed: 5, shipsPerTeam: 2, enableTelemetry: true })
  engine.on('telemetry', (event) => events.push(event))
  while (engine.battle.round < 3) engine.step()
  const starts = events.flatMap(({ type, data }, at) => (type === 'round_started' ? [{ at, ...data }] : []))
  const [, second, third] = starts
  const fired = (from: readonly BattleEvent[]): number[] =>
    from.flatMap((event) => (event.type === 'bullet_fired' ? [event.data.angle] : []))

  const again: BattleEvent[] = []
  const replay = createEngine({ seed: second?.seed ?? 0, shipsPerTeam: 2, enableTelemetry: true })
  replay.on('telemetry', (event) => again.push(event))
  while (replay.battle.phase.status !== 'over') replay.step()
  expect(fired(again)).toEqual(fired(events.slice(second?.at, third?.at)))
})
