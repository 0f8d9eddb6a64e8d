/** How large the battlefield is on this screen: always the same area, in the screen's own shape. */

import type { BattleConfig } from '../engine/config.ts'
import { roomFor, type Size } from './scene/camera.ts'

const area = 1280 * 800

/** @param view the window in CSS pixels */
export function fieldSizeFor(view: Size): Pick<BattleConfig, 'canvasWidth' | 'canvasHeight'> {
  const room = roomFor(view)
  const shape = Math.max(0.45, Math.min(2.2, room.width / room.height))
  return { canvasWidth: Math.round(Math.sqrt(area * shape)), canvasHeight: Math.round(Math.sqrt(area / shape)) }
}
