/** Gives the player control of a ship, and takes it back. Does nothing while a bot flies the mission. */

import type { Controls, ShipView, Team } from './engine/battle.ts'
import type { Engine } from './engine/engine.ts'
import type { MissionControl } from './mission-control.ts'
import type { Play } from './play.ts'

export interface ShipControl {
  /**
   * Puts a ship into the player's hands: the given one, or the fittest of the side that is behind; in a mission one of
   * the player's own side.
   */
  readonly takeOver: (shipId?: string) => void
  readonly steer: (controls: Readonly<Controls>) => void
  /** Hands the ship back to its bot. */
  readonly release: () => void
}

export const createShipControl = (engine: Engine, missions: MissionControl, play: Play): ShipControl => ({
  takeOver(shipId) {
    if (play.isByBot()) return
    if (missions.mission) missions.mission.takeOver(shipId)
    else {
      const chosen = shipId ?? fittestShip(engine)
      if (chosen) engine.takeOver(chosen)
    }
    play.show()
  },
  steer(controls) {
    if (!play.isByBot()) engine.input(controls)
  },
  release() {
    if (play.isByBot()) return
    engine.release()
    play.show()
  },
})

export const teamBehind = ({ battle }: Engine): Team => (battle.alive.red < battle.alive.blue ? 'red' : 'blue')

const fittestShip = (engine: Engine): string | undefined =>
  engine.battle.ships
    .filter(({ team }) => team === teamBehind(engine))
    .reduce<ShipView | undefined>((best, ship) => (ship.health > (best?.health ?? 0) ? ship : best), undefined)?.id
