// @vitest-environment jsdom
import { TelemetryConnector } from '@downlink/client/react'
import { act, type ReactNode, StrictMode, useEffect } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type TestGame, testGame } from './test-doubles.ts'
import { useGame } from './use-game.ts'

function Page({ game, autostart = false }: { readonly game: TestGame; readonly autostart?: boolean }): ReactNode {
  const { start } = useGame(game)
  useEffect(() => {
    if (autostart) start()
  }, [start, autostart])
  return <TelemetryConnector telemetry={game.telemetry}>{null}</TelemetryConnector>
}

let root: Root
beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
  root = createRoot(document.createElement('div'))
})
afterEach(() => {
  act(() => root.unmount())
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

async function render(page: ReactNode): Promise<void> {
  act(() => root.render(<StrictMode>{page}</StrictMode>))
  await vi.advanceTimersByTimeAsync(1)
}

it('returns the four controls', async () => {
  const game = testGame()
  const seen: object[] = []
  function Probe(): ReactNode {
    seen.push(useGame(game))
    return null
  }
  await render(<Probe />)
  expect(Object.keys(seen[0] ?? {})).toEqual(['start', 'stop', 'spawnShip', 'reset'])
})

it('is wired before the first event, even where the page starts at once', async () => {
  const game = testGame()
  await render(<Page game={game} autostart />)
  expect(game.buffered()).toEqual(['round_started', ...new Array(6).fill('ship_spawned')])
})

it('strict mode and ten settings changes leave one socket, one loop and one handler', async () => {
  const game = testGame()
  await render(<Page game={game} autostart />)
  for (let change = 1; change <= 10; change++) {
    act(() =>
      game.stores.ui.setState({
        shipsPerTeam: change,
        seed: change,
        speed: change / 4,
        settingsOpen: change % 2 === 0,
      }),
    )
    act(() => game.reset())
    await render(<Page game={game} autostart />)
  }
  await vi.advanceTimersByTimeAsync(1000)
  expect(game.openSockets()).toBe(1)
  expect([game.frames.waiting, game.frames.watching]).toEqual([1, 1])
  const { pushed } = game.telemetry.stats()
  game.spawnShip()
  expect(game.telemetry.stats().pushed).toBe(pushed + 1)
})

it('the switch, ten times there and back, leaves one socket and one handler', async () => {
  const game = testGame()
  await render(<Page game={game} autostart />)
  for (let change = 0; change < 20; change++) {
    act(() => game.stores.ui.setState({ telemetryEnabled: change % 2 === 1 }))
    await vi.advanceTimersByTimeAsync(1)
    expect(game.openSockets()).toBe(change % 2)
  }
  game.telemetry.buffer.clear()
  game.spawnShip()
  expect(game.buffered()).toEqual(['ship_spawned'])
})

it('unmounting leaves nothing behind, and mounting again goes on', async () => {
  const game = testGame()
  await render(<Page game={game} autostart />)
  const { sessionId } = game.telemetry
  for (let time = 0; time < 3; time++) {
    act(() => root.unmount())
    expect(game.openSockets()).toBe(0)
    expect([game.frames.waiting, game.frames.watching]).toEqual([0, 0])
    const { pushed } = game.telemetry.stats()
    game.spawnShip()
    game.stores.ui.setState(({ telemetryEnabled }) => ({ telemetryEnabled }))
    expect(game.telemetry.stats().pushed).toBe(pushed)

    root = createRoot(document.createElement('div'))
    await render(<Page game={game} />)
    expect(game.openSockets()).toBe(1)
    game.spawnShip()
    expect(game.telemetry.stats().pushed).toBe(pushed + 1)
  }
  expect(game.telemetry.sessionId).toBe(sessionId)
})
