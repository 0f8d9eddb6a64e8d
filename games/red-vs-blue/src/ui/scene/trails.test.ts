import { expect, it, vi } from 'vitest'
import type { ShipView } from '../../engine/battle.ts'
import { createTrails, type Trails } from './trails.ts'

const shipAt = (x: number): readonly ShipView[] => [{ id: 'red-1', team: 'red', x, y: 0, angle: 0 } as ShipView]

/** How far the drawn line goes, from the ship back. */
function drawnLength(trails: Trails): number {
  const ends: number[] = []
  const note = (x: number) => ends.push(x)
  trails.draw({
    beginPath: vi.fn(),
    stroke: vi.fn(),
    moveTo: note,
    lineTo: note,
  } as unknown as CanvasRenderingContext2D)
  return ends.length === 0 ? 0 : Math.max(...ends) - Math.min(...ends)
}

it.each([1, 3, 8])('trails last as many ticks at %i ticks a frame as at one', (speed) => {
  const trails = createTrails()
  for (let tick = 0; tick < 200; tick += speed) trails.note(shipAt(tick), tick)
  expect(drawnLength(trails)).toBeGreaterThan(32 - 2 * Math.max(2, speed))
  expect(drawnLength(trails)).toBeLessThan(32)
})

it('draws nothing from before a leap, a new round or a loss', () => {
  const trails = createTrails()
  for (const tick of [0, 2, 4]) trails.note(shipAt(tick), tick)
  expect(drawnLength(trails)).toBe(4)
  trails.note(shipAt(900), 900)
  expect(drawnLength(trails)).toBe(0)
  trails.note(shipAt(902), 902)
  trails.note(shipAt(5), 0)
  expect(drawnLength(trails)).toBe(0)
  trails.note([], 2)
  trails.note(shipAt(6), 4)
  expect(drawnLength(trails)).toBe(0)
})
