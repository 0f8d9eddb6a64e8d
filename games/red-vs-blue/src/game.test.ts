import { describe, expect, it, vi } from 'vitest'
import { battleEvents } from './engine/events.ts'
import { testGame } from './test-doubles.ts'

describe('a game', () => {
  it('is inert until it is connected, and a battle until it is started', () => {
    const game = testGame()
    expect(game.frames.waiting).toBe(0)
    game.connect()
    game.frames.show(0)
    game.frames.show(100)
    expect(game.engine.battle.phase.status).toBe('waiting')
    expect(game.buffered()).toEqual([])
  })

  it('pushes the first events, then whatever the engine emits', () => {
    const game = testGame()
    const pushTelemetry = vi.fn()
    game.stores.telemetry.setState({ pushTelemetry })
    game.connect()
    game.start()
    expect(pushTelemetry.mock.calls.map(([type]) => type)).toEqual([
      'round_started',
      ...new Array(6).fill('ship_spawned'),
    ])
    game.spawnShip('blue')
    expect(pushTelemetry).toHaveBeenLastCalledWith('ship_spawned', expect.objectContaining({ team: 'blue' }), undefined)
  })

  it('shows what happens in gameState', () => {
    const game = testGame()
    game.connect()
    game.start()
    expect(game.stores.gameState.getState()).toMatchObject({
      redCount: 3,
      blueCount: 3,
      snapshot: { round: 1, seed: 7, tick: 0 },
    })
    game.spawnShip()
    expect(game.stores.gameState.getState()).toMatchObject({ redCount: 3, blueCount: 4 })
    const before = game.stores.gameState.getState().snapshot
    game.frames.show(0)
    game.frames.show(100)
    expect(before?.tick).toBe(0)
    expect(game.stores.gameState.getState().snapshot?.tick).toBe(6)
  })

  it('pauses and goes on', () => {
    const game = testGame()
    game.connect()
    game.start()
    game.frames.show(0)
    game.frames.show(50)
    game.stop()
    game.frames.show(100)
    expect(game.engine.battle.tick).toBe(3)
    expect(game.stores.gameState.getState().snapshot?.tick).toBe(3)
    game.start()
    game.frames.show(50)
    expect(game.engine.battle).toMatchObject({ round: 1, tick: 6 })
  })

  it('measures the frames once a second, as its definition wants it', () => {
    const game = testGame()
    game.connect()
    game.start()
    for (let frame = 0; frame <= 125; frame++) game.frames.show(16)
    const stats = game.telemetry.buffer.peek(5000).filter(({ type }) => type === 'frame_stats')
    expect(stats).toHaveLength(1)
    expect(stats[0]?.data).toMatchObject({ fps: 62.5, p50Ms: 16, worstMs: 16 })
    expect(battleEvents.schemas.frame_stats?.['~standard'].validate(stats[0]?.data)).not.toHaveProperty('issues')
  })

  it('lends a ship of the side that is behind', () => {
    const game = testGame()
    game.connect()
    game.start()
    game.spawnShip('red')
    game.takeOver()
    expect(game.stores.gameState.getState().snapshot?.pilotedId).toMatch(/^blue/)
    game.release()
    expect(game.stores.gameState.getState().snapshot?.pilotedId).toBeUndefined()
  })
})

describe('the telemetry switch', () => {
  it('starts where the client stands', () => {
    expect(testGame({ enabled: true }).stores.ui.getState().telemetryEnabled).toBe(true)
    expect(testGame({ enabled: false }).stores.ui.getState().telemetryEnabled).toBe(false)
  })

  it('stays off under a flag that is off, whatever is chosen', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const game = testGame({ enabled: false })
    const heard = vi.fn()
    game.engine.on('telemetry', heard)
    game.connect()
    game.start()
    game.stores.ui.setState({ telemetryEnabled: true })
    game.spawnShip()
    const { telemetryAllowed, telemetryEnabled } = game.stores.ui.getState()
    expect([telemetryAllowed, telemetryEnabled, game.telemetry.stats().pushed]).toEqual([false, false, 0])
    expect(heard).not.toHaveBeenCalled()
    vi.restoreAllMocks()
  })

  it('off means that nothing at all is emitted', () => {
    const game = testGame({ enabled: false })
    const pushTelemetry = vi.fn()
    const heard = vi.fn()
    game.stores.telemetry.setState({ pushTelemetry })
    game.engine.on('telemetry', heard)
    game.connect()
    game.start()
    for (let frame = 0; frame < 200; frame++) game.frames.show(16)
    game.reset()
    expect(heard).not.toHaveBeenCalled()
    expect(game.telemetry.stats().pushed).toBe(0)
    expect(pushTelemetry).not.toHaveBeenCalled()
  })

  it('drives client and engine while the battle goes on, and tells of switching on only', () => {
    const game = testGame()
    game.connect()
    game.start()
    game.stores.ui.setState({ telemetryEnabled: false })
    expect(game.telemetry.enabled).toBe(false)
    expect(game.telemetry.stats()).toMatchObject({ pushed: 7, queued: 0, dropped: { disabled: 7 } })
    game.spawnShip()
    expect(game.telemetry.stats().pushed).toBe(7)
    game.stores.ui.setState({ telemetryEnabled: true })
    expect(game.buffered()).toEqual(['telemetry_toggled'])
    game.spawnShip()
    expect(game.buffered()).toEqual(['telemetry_toggled', 'ship_spawned'])
    const pushTelemetry = vi.fn()
    game.stores.telemetry.setState({ pushTelemetry })
    game.stores.ui.setState({ telemetryEnabled: false })
    expect(pushTelemetry).not.toHaveBeenCalled()
  })
})

it('keeps playing when a handler throws, and says so', () => {
  const game = testGame()
  const complaint = vi.spyOn(console, 'error').mockImplementation(() => {})
  game.connect()
  game.engine.on('event', () => {
    throw new Error('handler')
  })
  game.start()
  expect(complaint).toHaveBeenCalledTimes(7)
  expect(game.buffered()).toHaveLength(7)
  complaint.mockRestore()
})
