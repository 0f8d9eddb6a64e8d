/** Turns keyboard, mouse and touch into the controls of a ship. */

import type { Controls } from '../engine/battle.ts'
import { wrapAngle } from '../engine/trigonometry.ts'
import type { Game } from '../game.ts'
import type { Scene } from './scene/scene.ts'

export interface Helm {
  /** Passes the present controls on; call it once a frame. */
  steer(): void
  close(): void
}

const keys = {
  left: ['ArrowLeft', 'KeyA'],
  right: ['ArrowRight', 'KeyD'],
  ahead: ['ArrowUp', 'KeyW'],
  fire: ['Space'],
} as const

const flightKeys = new Set<string>([...Object.values(keys).flat(), 'ArrowDown', 'KeyS'])

/** CSS pixels around a ship in which a tap means it, and within which a held pointer asks for no thrust. */
const tapReach = 44
const hoverReach = 24

/** A pointer turns in steps, or each of its pixels would be an event. */
const turnSteps = 4

export function createHelm(game: Game, scene: Pick<Scene, 'toField'>, canvas: HTMLCanvasElement): Helm {
  const { engine } = game
  const held = new Set<string>()
  let pointer: { readonly x: number; readonly y: number } | undefined
  const listening = new AbortController()
  const { signal } = listening

  const isHeld = (any: readonly string[]): boolean => any.some((code) => held.has(code))

  function byKeys(): Controls {
    return {
      turn: Number(isHeld(keys.right)) - Number(isHeld(keys.left)),
      thrust: Number(isHeld(keys.ahead)),
      fire: isHeld(keys.fire),
    }
  }

  /** The ship flies to where the pointer is held, firing. */
  function byPointer(at: { readonly x: number; readonly y: number }): Controls | undefined {
    const ship = engine.battle.ships.find(({ id }) => id === engine.battle.pilotedId)
    if (!ship) return undefined
    const to = scene.toField(at.x, at.y)
    const [dx, dy] = [to.x - ship.x, to.y - ship.y]
    const error = wrapAngle(Math.atan2(dy, dx) - ship.angle)
    return {
      turn: Math.round(Math.max(-1, Math.min(1, error * 3)) * turnSteps) / turnSteps,
      thrust: Math.hypot(dx, dy) > hoverReach ? 1 : 0,
      fire: true,
    }
  }

  /** The ship that a tap at this place means. */
  function shipAt(clientX: number, clientY: number): string | undefined {
    const at = scene.toField(clientX, clientY)
    const edge = scene.toField(clientX + tapReach, clientY)
    let nearest = edge.x - at.x
    let found: string | undefined
    for (const { id, x, y } of engine.battle.ships) {
      const distance = Math.hypot(x - at.x, y - at.y)
      if (distance > nearest) continue
      nearest = distance
      found = id
    }
    return found
  }

  listenToKeys(game, held, signal)
  canvas.addEventListener(
    'pointerdown',
    (event) => {
      canvas.setPointerCapture(event.pointerId)
      if (engine.battle.pilotedId) pointer = { x: event.clientX, y: event.clientY }
      else {
        const shipId = shipAt(event.clientX, event.clientY)
        if (shipId) game.takeOver(shipId)
      }
    },
    { signal },
  )
  canvas.addEventListener(
    'pointermove',
    (event) => {
      if (pointer) pointer = { x: event.clientX, y: event.clientY }
    },
    { signal },
  )
  const letGo = (): void => {
    pointer = undefined
  }
  canvas.addEventListener('pointerup', letGo, { signal })
  canvas.addEventListener('pointercancel', letGo, { signal })

  return {
    steer() {
      if (!engine.battle.pilotedId) return
      game.steer((pointer && byPointer(pointer)) ?? byKeys())
    },
    close: () => listening.abort(),
  }
}

const isTyping = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLInputElement && target.type !== 'checkbox'

/** @param held codes of the flight keys that are down */
function listenToKeys(game: Game, held: Set<string>, signal: AbortSignal): void {
  const { engine, stores } = game
  addEventListener(
    'keydown',
    (event) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return
      // The inspector has keys of its own.
      const { inspectorOpen, menuOpen } = stores.ui.getState()
      if (inspectorOpen) return
      if (event.code === 'KeyI' && !event.repeat) game.inspect(true)
      if (event.code === 'Escape' && menuOpen) stores.ui.setState({ menuOpen: false })
      else if (event.code === 'Escape') game.release()
      if (event.code === 'KeyT' && !event.repeat) game.takeOver()
      if (!engine.battle.pilotedId || !flightKeys.has(event.code)) return
      // Or Space would press a button, and the arrows scroll.
      event.preventDefault()
      held.add(event.code)
    },
    { signal },
  )
  addEventListener(
    'keyup',
    (event) => {
      // Some browsers press the button on the way up.
      if (held.delete(event.code)) event.preventDefault()
    },
    { signal },
  )
  addEventListener('blur', () => held.clear(), { signal })
}
