/** Lets the player set speed, fleets and seed. Speed works at once, fleets and seed from the next battle on. */

import { type ReactNode, useId } from 'react'
import { useStore } from 'zustand'
import { battleRanges } from '../engine/config.ts'
import type { Game, GameControls } from '../game.ts'
import { randomSeed } from './launch.ts'

const maxShipsOnScreen = 80

export function SettingsPanel({ game, controls }: { readonly game: Game; readonly controls: GameControls }): ReactNode {
  const { ui } = game.stores
  const { settingsOpen, shipsPerTeam, speed, seed } = useStore(ui)
  const isMission = useStore(game.stores.world, ({ view }) => view !== undefined)
  const id = useId()
  if (!settingsOpen) return null

  function setSeed(text: string): void {
    const { min, max } = battleRanges.seed
    const value = Number(text)
    if (text !== '' && Number.isInteger(value) && value >= min && value <= max) ui.setState({ seed: value })
  }

  return (
    <section className="settings" aria-label="Settings">
      <label htmlFor={`${id}speed`}>
        Speed <output>{speed}×</output>
      </label>
      <input
        id={`${id}speed`}
        data-testid="speed"
        type="range"
        min={0.25}
        max={4}
        step={0.25}
        value={speed}
        onChange={(event) => ui.setState({ speed: event.target.valueAsNumber })}
      />
      <label htmlFor={`${id}ships`}>
        Ships per team <output>{shipsPerTeam}</output>
      </label>
      <input
        id={`${id}ships`}
        data-testid="ships-per-team"
        type="range"
        min={battleRanges.shipsPerTeam.min}
        max={maxShipsOnScreen}
        value={shipsPerTeam}
        onChange={(event) => ui.setState({ shipsPerTeam: event.target.valueAsNumber })}
      />
      <label htmlFor={`${id}seed`}>Seed</label>
      <div className="row">
        <input
          id={`${id}seed`}
          data-testid="seed"
          inputMode="numeric"
          value={seed}
          onChange={(event) => setSeed(event.target.value)}
        />
        <button type="button" data-testid="roll" onClick={() => ui.setState({ seed: randomSeed() })}>
          Roll
        </button>
      </div>
      <p>The same seed plays the same battle, in every browser.</p>
      <button type="button" className="primary" data-testid="apply" onClick={controls.reset}>
        {isMission ? 'Mission anew' : 'New battle'}
      </button>
    </section>
  )
}
