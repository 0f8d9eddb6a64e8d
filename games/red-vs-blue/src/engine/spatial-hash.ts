/** Finds what is near a point without asking everybody: a grid of cells, filled anew each tick, allocating nothing. */

interface Placed {
  readonly x: number
  readonly y: number
}

export interface SpatialHash<Item extends Placed> {
  /** Takes the items as they stand. What is outside the area counts to its nearest cell. */
  fill(items: readonly Item[]): void
  /**
   * The items within `radius` of a point, in a fixed order: cell by cell, then as filled.
   * The array is reused by the next call.
   */
  within(x: number, y: number, radius: number): readonly Item[]
}

export function createSpatialHash<Item extends Placed>(
  width: number,
  height: number,
  cellSize: number,
): SpatialHash<Item> {
  const columns = Math.floor(width / cellSize) + 1
  const rows = Math.floor(height / cellSize) + 1
  const cells: Item[][] = Array.from({ length: columns * rows }, () => [])
  const found: Item[] = []

  const column = (x: number): number => Math.max(0, Math.min(columns - 1, Math.floor(x / cellSize)))
  const row = (y: number): number => Math.max(0, Math.min(rows - 1, Math.floor(y / cellSize)))

  return {
    fill(items) {
      for (const cell of cells) cell.length = 0
      for (const item of items) cells[row(item.y) * columns + column(item.x)]?.push(item)
    },
    within(x, y, radius) {
      found.length = 0
      const lastColumn = column(x + radius)
      const lastRow = row(y + radius)
      for (let r = row(y - radius); r <= lastRow; r++) {
        for (let c = column(x - radius); c <= lastColumn; c++) {
          for (const item of cells[r * columns + c] ?? []) {
            const dx = item.x - x
            const dy = item.y - y
            if (dx * dx + dy * dy <= radius * radius) found.push(item)
          }
        }
      }
      return found
    },
  }
}
