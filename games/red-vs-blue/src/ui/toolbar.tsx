/** Shows the buttons: pause, reset, reinforcements, a ship of one's own, inspector, missions, settings. */

import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import type { Game, GameControls } from '../game.ts'
import { Icon, type IconName } from './icon.tsx'

export function Toolbar({ game, controls }: { readonly game: Game; readonly controls: GameControls }): ReactNode {
  const { ui, gameState } = game.stores
  const running = useStore(ui, (state) => state.running)
  const settingsOpen = useStore(ui, (state) => state.settingsOpen)
  const menuOpen = useStore(ui, (state) => state.menuOpen)
  const hasBegun = useStore(gameState, ({ snapshot }) => snapshot !== undefined)
  const isFighting = useStore(gameState, ({ snapshot }) => snapshot?.phase.status === 'fighting')
  const isPiloting = useStore(gameState, ({ snapshot }) => snapshot?.pilotedId !== undefined)
  const view = useStore(game.stores.world, (state) => state.view)
  const isByBot = game.missions.mission?.isByBot === true
  const hasEnded = view?.outcome !== undefined
  return (
    <nav className="toolbar" aria-label="Game">
      {hasBegun &&
        !hasEnded &&
        !menuOpen &&
        (running ? (
          <Button testId="stop" icon="pause" name="Pause" onPress={controls.stop} />
        ) : (
          <Button testId="start" icon="play" name="Resume" onPress={controls.start} />
        ))}
      <Button testId="reset" icon="reset" name="Reset" onPress={controls.reset} />
      <Button
        testId="spawn"
        icon="spawn"
        name="Spawn"
        isOff={!isFighting || view !== undefined}
        onPress={() => controls.spawnShip()}
      />
      {isPiloting && !isByBot ? (
        <Button testId="release" icon="pilot" name="Let go" isLit onPress={game.release} />
      ) : (
        <Button
          testId="take-over"
          icon="pilot"
          name="Fly"
          isOff={!isFighting || isByBot || hasEnded}
          onPress={() => game.takeOver()}
        />
      )}
      <Button testId="inspect" icon="inspect" name="Inspect" shortcut="I" onPress={() => game.inspect(true)} />
      {hasBegun && <Button testId="menu" icon="menu" name="Missions" onPress={() => ui.setState({ menuOpen: true })} />}
      <Button
        testId="settings"
        icon="settings"
        name="Settings"
        isLit={settingsOpen}
        onPress={() => ui.setState({ settingsOpen: !settingsOpen })}
      />
    </nav>
  )
}

interface ButtonProps {
  readonly testId: string
  readonly icon: IconName
  readonly name: string
  readonly isOff?: boolean
  readonly isLit?: boolean
  /** The key that does the same. */
  readonly shortcut?: string
  readonly onPress: () => void
}

function Button({ testId, icon, name, isOff = false, isLit = false, shortcut, onPress }: ButtonProps): ReactNode {
  return (
    <button
      type="button"
      data-testid={testId}
      className={isLit ? 'lit' : ''}
      disabled={isOff}
      aria-keyshortcuts={shortcut}
      onClick={onPress}
    >
      <Icon name={icon} />
      <span>
        {name}
        {shortcut && (
          <span className="key" aria-hidden="true">
            {shortcut}
          </span>
        )}
      </span>
    </button>
  )
}
