// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHeadlessMission } from './headless-mission.ts'
import { type TestGame, testGame } from './test-doubles.ts'

const now = Date.UTC(2026, 0, 1)

let game: TestGame
let disconnect: () => void
beforeEach(() => {
  game = testGame({ now })
  disconnect = game.connect()
  game.frames.show(0)
})
afterEach(() => {
  disconnect()
  localStorage.clear()
})

const view = () => game.stores.world.getState().view
const play = (frames: number): void => {
  for (let frame = 0; frame < frames; frame++) game.frames.show(100)
}

function playByBot(id: string): void {
  game.stores.ui.setState({ speed: 64 })
  game.startMission({ id, byBot: true })
  while (!view()?.outcome) play(1)
}

describe('a mission by bot on the page', () => {
  it('stands still at exactly the tick at which it ended, in the world that a headless run ends in', () => {
    playByBot('cascade')
    const mission = createHeadlessMission({ missionId: 'cascade', seed: 7, now })
    while (!mission.finished) mission.step()
    const { telemetry: _, ...headless } = mission.saveManager.getInspectorSummary()
    const { telemetry: __, ...onPage } = game.missions.world.saveManager.getInspectorSummary()
    expect(onPage).toEqual(headless)
    const { tick } = game.engine.battle
    play(5)
    expect(game.engine.battle.tick).toBe(tick)
    game.start()
    expect(game.stores.ui.getState().running).toBe(false)
    play(5)
    expect(game.engine.battle.tick).toBe(tick)
  })

  it('records the same run, under the session’s own name', async () => {
    playByBot('tutorial')
    const mission = createHeadlessMission({ missionId: 'tutorial', seed: 7, now })
    while (!mission.finished) mission.step()
    const eventsOf = async (saves: typeof mission.saveManager, sessionId: string): Promise<string> => {
      const { artifacts } = await saves.exportInspectorSummary({ formats: ['ndjson'] })
      return String(artifacts[0]?.content).replaceAll(sessionId, 'session')
    }
    expect(await eventsOf(game.missions.world.saveManager, game.telemetry.sessionId)).toBe(
      await eventsOf(mission.saveManager, 'tutorial-7'),
    )
  })

  it('takes no orders from the player, and does not wait for readers', () => {
    game.startMission({ id: 'cascade', byBot: true })
    game.takeOver()
    expect(game.engine.battle.pilotedId).toBeUndefined()
    game.inspect(true)
    play(1)
    expect(game.engine.battle.tick).toBe(6)
    game.stores.ui.setState({ inspectorOpen: false, speed: 64 })
    while (game.engine.battle.pilotedId === undefined) play(1)
    const { pilotedId } = game.engine.battle
    game.release()
    expect(game.engine.battle.pilotedId).toBe(pilotedId)
    const pushed = vi.fn()
    game.engine.on('event', pushed)
    game.steer({ turn: 0.125, thrust: 0, fire: false })
    expect(pushed).not.toHaveBeenCalled()
  })
})

describe('a mission by hand', () => {
  it('is the same battle on every screen, and shows its first prompt at once', () => {
    game.startMission({ id: 'tutorial' })
    expect(game.engine.battle.config).toMatchObject({ canvasWidth: 1280, canvasHeight: 800, shipsPerTeam: 25 })
    expect(view()).toMatchObject({ title: 'First flight', prompt: { stepId: 'take-over', totalSteps: 7 } })
  })

  it('follows the player’s hands', () => {
    game.startMission({ id: 'tutorial' })
    game.takeOver('blue-1-2')
    expect(game.engine.battle.pilotedId).toBeUndefined()
    game.takeOver()
    play(1)
    expect(view()?.prompt?.stepId).toBe('steer')
    game.steer({ turn: 1, thrust: 1, fire: false })
    play(1)
    expect(view()?.prompt?.stepId).toBe('fire')
    game.release()
    expect(game.engine.battle.pilotedId).toBeUndefined()
  })

  it('waits while the player reads or chooses', () => {
    game.startMission({ id: 'tutorial' })
    const { tick } = game.engine.battle
    // A seed that is set now is the next battle's.
    game.stores.ui.setState({ seed: 99 })
    expect(game.missions.world.saveManager.getInspectorSummary().game.seed).toBe(7)
    game.inspect(true)
    play(2)
    game.stores.ui.setState({ inspectorOpen: false, menuOpen: true })
    play(2)
    expect(game.engine.battle.tick).toBe(tick)
    game.stores.ui.setState({ menuOpen: false })
    play(1)
    expect(game.engine.battle.tick).toBe(tick + 6)
  })

  it('calls in no ships from outside, and begins anew on reset', () => {
    game.startMission({ id: 'cascade' })
    game.spawnShip('red')
    expect(game.engine.battle.alive).toEqual({ red: 25, blue: 25 })
    play(3)
    game.reset()
    expect(game.missions.mission).toMatchObject({ tick: 0, status: 'running' })
    expect(view()?.missionId).toBe('cascade')
  })

  it('ends where the player leaves the tutorial', () => {
    game.startMission({ id: 'tutorial' })
    game.missions.skipTutorial()
    expect(view()?.outcome).toEqual({ status: 'failed', reason: 'Skipped by the player' })
    play(1)
    expect(game.stores.ui.getState().running).toBe(false)
  })

  it('gives way to a free battle, and leaves nothing of itself there', () => {
    game.startMission({ id: 'cascade' })
    expect(game.missions.signs?.factionOf('blue-1-2')).toBe('azure-league')
    expect(game.missions.signs?.attitudeOf('ember-pact')).toBe('friendly')
    game.startBattle()
    expect(game.missions.mission).toBeUndefined()
    expect(game.missions.signs).toBeUndefined()
    expect(view()).toBeUndefined()
    game.missions.skipTutorial()
    expect(game.engine.battle.alive).toEqual({ red: 3, blue: 3 })
    expect(game.missions.world.saveManager.getInspectorSummary()).toMatchObject({
      game: { missionId: null },
      missions: { metrics: { missions: 0 } },
      telemetry: { recorded: 0 },
    })
  })

  it('begins in a world that knows nothing of the mission before', () => {
    playByBot('cascade')
    game.startMission({ id: 'tutorial' })
    expect(game.missions.world.saveManager.getInspectorSummary()).toMatchObject({
      missions: { metrics: { missions: 1 } },
      factions: { metrics: { cascades: 0 } },
    })
  })
})

describe('telemetry of a mission', () => {
  it('goes the live path, as the battle does', () => {
    game.startMission({ id: 'tutorial' })
    const types = game.buffered()
    expect(types.slice(0, 1)).toEqual(['round_started'])
    for (const type of [
      'mission_registered',
      'faction_reputation_reset',
      'tutorial_step_started',
      'objective_blocked',
    ]) {
      expect(types).toContain(type)
    }
  })

  it('off means that nothing at all is pushed or recorded', async () => {
    game.stores.ui.setState({ telemetryEnabled: false })
    const pushTelemetry = vi.fn()
    game.stores.telemetry.setState({ pushTelemetry })
    game.startMission({ id: 'tutorial' })
    play(5)
    expect(pushTelemetry).not.toHaveBeenCalled()
    const { summary } = await game.missions.world.saveManager.exportInspectorSummary()
    expect(summary).toMatchObject({
      telemetry: { enabled: false, recorded: 0 },
      missions: { metrics: { missions: 1 } },
    })
  })
})

describe('the inspector’s way out', () => {
  it('is in reach of tools while the game is mounted, and gone afterwards', async () => {
    game.startMission({ id: 'cascade' })
    const { downlink } = globalThis as { downlink?: { exportInspectorSummary?: () => Promise<object> } }
    expect(await downlink?.exportInspectorSummary?.()).toMatchObject({ summary: { game: { missionId: 'cascade' } } })
    disconnect()
    expect((globalThis as typeof globalThis & { downlink?: object }).downlink).not.toHaveProperty(
      'exportInspectorSummary',
    )
  })

  it('saves a world and brings it back to look at; the mission under way ends', async () => {
    expect(await game.missions.load()).toMatchObject({ ok: false, reason: 'missing' })
    playByBot('cascade')
    const { saveManager } = game.missions.world
    const { factions } = saveManager.getInspectorSummary()
    expect(await saveManager.save()).toMatchObject({ ok: true })
    game.startMission({ id: 'tutorial' })
    expect(await game.missions.load()).toMatchObject({ ok: true })
    expect(game.missions.mission).toBeUndefined()
    expect(saveManager.getInspectorSummary()).toMatchObject({ factions, game: { missionId: 'cascade' } })
    game.startBattle()
    expect(saveManager.getInspectorSummary().game.missionId).toBeNull()
  })
})
