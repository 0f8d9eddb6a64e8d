/** Draws the picture of the battle. It reads the engine and changes nothing there. */

import type { Engine } from '../../engine/engine.ts'
import type { FrameHandler } from '../../loop.ts'
import { createCamera, type Size } from './camera.ts'
import { drawBattle } from './draw-battle.ts'
import { createEffects } from './effects.ts'
import { createMarkPainter, type FactionSigns } from './faction-marks.ts'
import { createParticles } from './particles.ts'
import { paintSprites } from './sprites.ts'
import { createStarfield } from './starfield.ts'
import { createTrails } from './trails.ts'

export interface SceneOptions {
  readonly canvas: HTMLCanvasElement
  readonly engine: Engine
  /** How fast the effects pass; 0 while paused. */
  readonly speed: () => number
  /** Which faction each ship belongs to, and how it stands; undefined in a free battle. */
  readonly signs: () => FactionSigns | undefined
  /** The system's wish for less motion. */
  readonly isCalm: boolean
}

export interface Scene {
  readonly draw: FrameHandler
  /** Takes the canvas's present size. */
  resize(): void
  /** From a point of the page to the battlefield. */
  toField(clientX: number, clientY: number): { readonly x: number; readonly y: number }
  close(): void
}

/** Finer than this nobody sees the difference, and phones have to fill all these pixels. */
const maxPixelRatio = 2

const maxParticles = 1400

export function createScene({ canvas, engine, speed, signs, isCalm }: SceneOptions): Scene {
  const context = canvas.getContext('2d', { alpha: false })
  if (!context) throw new Error('Expected a canvas with a 2d context')
  const camera = createCamera()
  const sprites = paintSprites()
  const stars = createStarfield({ isStill: isCalm })
  const particles = createParticles(sprites, maxParticles)
  const trails = createTrails()
  const drawMarks = createMarkPainter(signs)
  const close = engine.on('event', createEffects({ particles, camera, isCalm, field: () => field(engine) }))

  let view = { width: 1, height: 1 }
  let ratio = 1
  let seconds = 0
  const focus = { x: 0, y: 0 }

  function resize(): void {
    const { clientWidth, clientHeight } = canvas
    ratio = Math.min(maxPixelRatio, devicePixelRatio)
    view = { width: clientWidth, height: clientHeight }
    canvas.width = Math.round(clientWidth * ratio)
    canvas.height = Math.round(clientHeight * ratio)
    stars.resize(view)
  }

  /** Glides towards the middle of the fighting. */
  function follow(): void {
    const { ships, config } = engine.battle
    let [x, y] = [0, 0]
    for (const ship of ships) {
      x += (ship.x / config.canvasWidth - 0.5) * 2
      y += (ship.y / config.canvasHeight - 0.5) * 2
    }
    const count = Math.max(1, ships.length)
    focus.x += (x / count - focus.x) * 0.03
    focus.y += (y / count - focus.y) * 0.03
  }

  return {
    resize,
    close,
    toField(clientX, clientY) {
      const { left, top } = canvas.getBoundingClientRect()
      return camera.toField(clientX - left, clientY - top)
    },
    draw(alpha, frameMs) {
      const { battle } = engine
      const passed = Math.min(0.1, frameMs / 1000)
      seconds += passed
      if (!isCalm) follow()
      camera.fit(view, field(engine))
      camera.pass(passed)
      particles.pass(passed * speed())
      trails.note(battle.ships, battle.tick)

      context.setTransform(ratio, 0, 0, ratio, 0, 0)
      stars.draw(context, seconds, focus.x, focus.y)
      if (battle.phase.status === 'waiting') return
      const zoom = camera.scale * ratio
      context.setTransform(zoom, 0, 0, zoom, camera.left * ratio, camera.top * ratio)
      trails.draw(context)
      drawBattle(context, sprites, battle, alpha)
      drawMarks(context, battle, alpha)
      particles.draw(context)
    },
  }
}

const field = ({ battle: { config } }: Engine): Size => ({ width: config.canvasWidth, height: config.canvasHeight })
