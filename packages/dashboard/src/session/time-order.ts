/** Orders events by time as they come by sequence, which is nearly the same: a clock that is set back mixes the two. */
import { firstWhere } from './bisect.ts'

export class TimeOrder {
  /** Places of events, the earliest first; what is beyond `length` is not in use. */
  places: Uint32Array = new Uint32Array(1024)
  length = 0

  /** @param times of the events from place 0 on, to which `append` adds */
  append(times: Float64Array, to: number): void {
    const from = this.length
    this.places = grown(this.places, to)
    for (let place = from; place < to; place++) this.places[place] = place
    this.length = to
    const latestMs = from === 0 ? Number.NEGATIVE_INFINITY : at(times, at(this.places, from - 1))
    if (isInOrder(times, from, to, latestMs)) return
    const late = this.places.slice(from, to).sort((a, b) => at(times, a) - at(times, b) || a - b)
    merge(this.places, from, late, times)
  }

  /** How many events are before this time. */
  before(times: Float64Array, timeMs: number): number {
    return firstWhere(this.length, (index) => at(times, at(this.places, index)) >= timeMs)
  }
}

/** With room for so many, and for half as many again. */
export function grown<Column extends Float64Array | Uint32Array>(column: Column, length: number): Column {
  if (length <= column.length) return column
  const larger = new (column.constructor as new (length: number) => Column)(Math.ceil(length * 1.5))
  larger.set(column)
  return larger
}

const at = (column: Float64Array | Uint32Array, place: number): number => column[place] ?? 0

function isInOrder(times: Float64Array, from: number, to: number, afterMs: number): boolean {
  let latestMs = afterMs
  for (let place = from; place < to; place++) {
    if (at(times, place) < latestMs) return false
    latestMs = at(times, place)
  }
  return true
}

/** From behind, so that what is merged needs no second array: `late` into the `kept` places before it. */
function merge(places: Uint32Array, kept: number, late: Uint32Array, times: Float64Array): void {
  let before = kept - 1
  let write = kept + late.length - 1
  for (let from = late.length - 1; from >= 0; write--) {
    const isOfKept = before >= 0 && at(times, at(places, before)) > at(times, at(late, from))
    places[write] = isOfKept ? at(places, before--) : at(late, from--)
  }
}
