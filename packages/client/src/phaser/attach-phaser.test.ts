import { defineEvents } from '@downlink/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createTestTelemetry } from '../test-doubles.ts'
import { attachPhaser } from './attach-phaser.ts'
import { phaserEvents } from './events.ts'
import type { PhaserEmitter, PhaserGame } from './ports.ts'

/** As Phaser's, whose `emit` is called by the test. */
class Emitter implements PhaserEmitter {
  readonly listeners = new Map<string, Set<() => void>>()
  on(event: string, listener: () => void): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener))
  }
  off(event: string, listener: () => void): void {
    this.listeners.get(event)?.delete(listener)
  }
  emit(event: string): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) listener()
  }
}

/** `status` as in `Phaser.Scenes`. */
const createScene = (key: string, status = 0) => ({
  sys: { events: new Emitter(), settings: { key, status }, displayList: { length: 3 } },
})
type Scene = ReturnType<typeof createScene>

function createGame(...scenes: Scene[]): PhaserGame & { readonly events: Emitter } {
  return { events: new Emitter(), scene: { scenes } }
}

/** What Phaser does when a scene is started, and when it is shut down. */
function start({ sys }: Scene): void {
  sys.settings.status = 2
  sys.events.emit('start')
  sys.settings.status = 5
}
function shutDown({ sys }: Scene): void {
  sys.events.emit('shutdown')
  sys.settings.status = 8
}

let nowMs = 0

beforeEach(() => {
  nowMs = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
})

afterEach(() => {
  vi.restoreAllMocks()
})

function attached(game: PhaserGame) {
  const { telemetry } = createTestTelemetry()
  const detach = attachPhaser(game, telemetry)
  const events = () => telemetry.buffer.peek(1000).map(({ type, data, context }) => [type, data, context?.scene])
  return { telemetry, detach, events }
}

describe('scenes', () => {
  it('are recorded from start to end, and are the context of what happens in them', () => {
    const play = createScene('Play')
    const score = createScene('Score')
    const { telemetry, events } = attached(createGame(play, score))
    telemetry.push('before')
    start(play)
    nowMs += 500
    start(score)
    telemetry.push('within')
    nowMs += 1000
    shutDown(score)
    shutDown(play)
    telemetry.push('after')
    expect(events()).toEqual([
      ['before', undefined, undefined],
      ['scene_started', { scene: 'Play' }, 'Play'],
      ['scene_started', { scene: 'Score' }, 'Play + Score'],
      ['within', undefined, 'Play + Score'],
      ['scene_ended', { scene: 'Score', durationMs: 1000 }, 'Play + Score'],
      ['scene_ended', { scene: 'Play', durationMs: 1500 }, 'Play'],
      ['after', undefined, undefined],
    ])
  })

  it('are found that were there before, and that are added later', () => {
    const scenes = [createScene('Boot', 5), createScene('Menu', 0)]
    const game = createGame(...scenes)
    const { events } = attached(game)
    const late = createScene('Late', 5)
    ;(game.scene.scenes as Scene[]).push(late)
    game.events.emit('prestep')
    game.events.emit('prestep')
    expect(events().map(([type, data]) => [type, data])).toEqual([
      ['scene_started', { scene: 'Boot' }],
      ['scene_started', { scene: 'Late' }],
    ])
  })

  it('pause and sleep, and say for how long', () => {
    const play = createScene('Play', 5)
    const { events } = attached(createGame(play))
    // Phaser emits it for a scene that was not asleep, too.
    play.sys.events.emit('wake')
    for (const [begin, end] of [
      ['pause', 'resume'],
      ['sleep', 'wake'],
    ] as const) {
      play.sys.events.emit(begin)
      nowMs += 250.04
      play.sys.events.emit(end)
    }
    expect(events().slice(1)).toEqual([
      ['scene_paused', { scene: 'Play' }, 'Play'],
      ['scene_resumed', { scene: 'Play', pausedMs: 250 }, 'Play'],
      ['scene_paused', { scene: 'Play' }, 'Play'],
      ['scene_resumed', { scene: 'Play', pausedMs: 250 }, 'Play'],
    ])
  })
})

it('records when the game pauses, and for how long', () => {
  const game = createGame()
  const { events } = attached(game)
  game.events.emit('pause')
  nowMs += 3000
  game.events.emit('resume')
  expect(events()).toEqual([
    ['game_paused', {}, undefined],
    ['game_resumed', { pausedMs: 3000 }, undefined],
  ])
})

it('sums up the steps of each second', () => {
  const game = createGame(createScene('Play', 0), createScene('Score', 0))
  const { events } = attached(game)
  for (let step = 1; step <= 110; step++) {
    game.events.emit('prestep')
    nowMs += step === 20 ? 30 : 2
    game.events.emit('prerender')
    nowMs += 4
    game.events.emit('postrender')
    nowMs += 10
  }
  const [first] = events()
  expect(first).toEqual(['step_times', { updateP95: 2, renderP95: 4, max: 34, objects: 6 }, undefined])
  expect(events()).toHaveLength(1)
})

it('hears nothing of the game any more once it is detached', () => {
  const play = createScene('Play', 5)
  const game = createGame(play)
  const { telemetry, detach } = attached(game)
  const { pushed } = telemetry.stats()
  detach()
  for (const event of ['prestep', 'prerender', 'postrender', 'pause', 'resume']) game.events.emit(event)
  for (const event of ['pause', 'resume', 'shutdown', 'start']) play.sys.events.emit(event)
  expect(telemetry.stats().pushed).toBe(pushed)
})

it('records what its schemas take', () => {
  const { schemas } = defineEvents(phaserEvents)
  const play = createScene('Play', 5)
  const game = createGame(play)
  const { telemetry } = attached(game)
  for (const event of ['pause', 'resume', 'sleep', 'wake', 'shutdown']) play.sys.events.emit(event)
  for (const event of ['pause', 'resume', 'prestep', 'prerender']) game.events.emit(event)
  nowMs += 1000
  game.events.emit('postrender')
  const events = telemetry.buffer.peek(100)
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(Object.keys(phaserEvents)))
  for (const { type, data } of events) {
    expect(schemas[type as keyof typeof phaserEvents]?.['~standard'].validate(data)).toEqual({ value: data })
  }
})
