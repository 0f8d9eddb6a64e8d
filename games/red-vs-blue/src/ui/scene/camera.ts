/** Fits the battlefield into the canvas between the panels, and shakes it. */

import type { BattleConfig } from '../../engine/config.ts'

export interface Camera {
  /** Screen pixels (CSS) a field pixel. */
  readonly scale: number
  /** Where the field's corner lies on the screen. */
  readonly left: number
  readonly top: number
  fit(view: Size, field: Size): void
  /** Adds to the shake, 0 to 1; it fades by itself. */
  shake(strength: number): void
  /** Moves the shake on. */
  pass(seconds: number): void
  /** Screen to field. */
  toField(x: number, y: number): { readonly x: number; readonly y: number }
}

export interface Size {
  readonly width: number
  readonly height: number
}

/** What the panels leave of the screen, in CSS pixels. */
function roomFor({ width, height }: Size): Size & { readonly left: number; readonly top: number } {
  const { top, bottom, side } = width < 720 ? { top: 92, bottom: 176, side: 8 } : { top: 76, bottom: 92, side: 20 }
  return { left: side, top, width: width - 2 * side, height: Math.max(100, height - top - bottom) }
}

/** A battlefield has the same area on every screen, in pixels. */
const fieldArea = 1280 * 800

/**
 * How large the battlefield is on a screen: in the screen's own shape.
 * @param view the window in CSS pixels
 */
export function fieldSizeFor(view: Size): Pick<BattleConfig, 'canvasWidth' | 'canvasHeight'> {
  const room = roomFor(view)
  const shape = Math.max(0.45, Math.min(2.2, room.width / room.height))
  return {
    canvasWidth: Math.round(Math.sqrt(fieldArea * shape)),
    canvasHeight: Math.round(Math.sqrt(fieldArea / shape)),
  }
}

const maxShakePixels = 9
const shakeFadeSeconds = 0.55

export function createCamera(): Camera {
  let scale = 1
  let left = 0
  let top = 0
  let trauma = 0
  let shakeX = 0
  let shakeY = 0

  return {
    get scale() {
      return scale
    },
    get left() {
      return left + shakeX
    },
    get top() {
      return top + shakeY
    },
    fit(view, field) {
      const room = roomFor(view)
      scale = Math.min(room.width / field.width, room.height / field.height)
      left = room.left + (room.width - field.width * scale) / 2
      top = room.top + (room.height - field.height * scale) / 2
    },
    shake(strength) {
      trauma = Math.min(1, trauma + strength)
    },
    pass(seconds) {
      trauma = Math.max(0, trauma - seconds / shakeFadeSeconds)
      // Squared, so that one explosion is a nudge and five at once are a jolt.
      const reach = trauma * trauma * maxShakePixels
      shakeX = (Math.random() * 2 - 1) * reach
      shakeY = (Math.random() * 2 - 1) * reach
    },
    toField: (x, y) => ({ x: (x - left) / scale, y: (y - top) / scale }),
  }
}
