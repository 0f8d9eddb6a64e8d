/** The buttons: pause, reset, reinforcements, a ship of one's own, settings. */

import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import type { Game, GameControls } from '../game.ts'
import { Icon, type IconName } from './icon.tsx'

export function Toolbar({ game, controls }: { readonly game: Game; readonly controls: GameControls }): ReactNode {
  const { ui, gameState } = game.stores
  const running = useStore(ui, (state) => state.running)
  const settingsOpen = useStore(ui, (state) => state.settingsOpen)
  const hasBegun = useStore(gameState, ({ snapshot }) => snapshot !== undefined)
  const isFighting = useStore(gameState, ({ snapshot }) => snapshot?.phase.at === 'fighting')
  const isPiloting = useStore(gameState, ({ snapshot }) => snapshot?.pilotedId !== undefined)
  return (
    <nav className="toolbar" aria-label="Game">
      {hasBegun &&
        (running ? (
          <Button testId="stop" icon="pause" name="Pause" onPress={controls.stop} />
        ) : (
          <Button testId="start" icon="play" name="Resume" onPress={controls.start} />
        ))}
      <Button testId="reset" icon="reset" name="Reset" onPress={controls.reset} />
      <Button testId="spawn" icon="spawn" name="Spawn" isOff={!isFighting} onPress={() => controls.spawnShip()} />
      {isPiloting ? (
        <Button testId="release" icon="pilot" name="Let go" isLit onPress={game.release} />
      ) : (
        <Button testId="take-over" icon="pilot" name="Fly" isOff={!isFighting} onPress={() => game.takeOver()} />
      )}
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
  readonly onPress: () => void
}

function Button({ testId, icon, name, isOff = false, isLit = false, onPress }: ButtonProps): ReactNode {
  return (
    <button type="button" data-testid={testId} className={isLit ? 'lit' : ''} disabled={isOff} onClick={onPress}>
      <Icon name={icon} />
      <span>{name}</span>
    </button>
  )
}
