/** Keeps numbers that some of a session's events carry: a column a number, in order of the events. */
import { grown } from './time-order.ts'

export class NumberColumns {
  length = 0
  /** Which event each row is of. */
  places: Uint32Array = new Uint32Array(256)
  /** In the order in which the numbers were asked for. */
  readonly values: Float64Array[]

  constructor(width: number) {
    this.values = Array.from({ length: width }, () => new Float64Array(256))
  }

  append(place: number, numbers: readonly number[]): void {
    const at = this.length++
    this.places = grown(this.places, this.length)
    this.places[at] = place
    this.values.forEach((column, index) => {
      const room = grown(column, this.length)
      room[at] = numbers[index] ?? Number.NaN
      this.values[index] = room
    })
  }
}
