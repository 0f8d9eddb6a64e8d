/** Finds where in something that is sorted a condition begins to hold, in as many steps as its length has binary digits. */

/** @returns `length` where it holds nowhere */
export function firstWhere(length: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
