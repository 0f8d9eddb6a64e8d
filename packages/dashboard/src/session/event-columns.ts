/** Keeps a session's events as columns of numbers: a hundred thousand are a few megabytes, and none is an object. */
import type { TimelinePage } from '@downlink/collector'
import { firstWhere } from './bisect.ts'
import { grown, TimeOrder } from './time-order.ts'

/** Whose clock the times are of: the device's set right by the collector's, the device's as it was, or the collector's when they came. */
export const clockNames = ['corrected', 'device', 'received'] as const

export type ClockName = (typeof clockNames)[number]

export class EventColumns {
  length = 0
  /** In the order in which they first came. */
  readonly types: string[] = []
  /** Places in `types` of those that tell of an error. */
  readonly errorTypes: Set<number> = new Set()
  /** How many of each type. */
  readonly counts: number[] = []
  seq: Float64Array = new Float64Array(1024)
  /** Of each event, its place in `types`. */
  type: Uint32Array = new Uint32Array(1024)
  times: Record<ClockName, Float64Array> = {
    corrected: new Float64Array(1024),
    device: new Float64Array(1024),
    received: new Float64Array(1024),
  }
  readonly orders: Record<ClockName, TimeOrder> = {
    corrected: new TimeOrder(),
    device: new TimeOrder(),
    received: new TimeOrder(),
  }
  readonly #typePlaces = new Map<string, number>()

  append(page: TimelinePage): void {
    const from = this.length
    const to = from + page.seq.length
    this.#grow(to)
    const types = page.types.map((name) => this.#placeOfType(name))
    for (const index of page.errorTypes) this.errorTypes.add(types[index] ?? 0)
    page.type.forEach((index, at) => {
      const type = types[index] ?? 0
      this.type[from + at] = type
      this.counts[type] = (this.counts[type] ?? 0) + 1
    })
    addUp(this.seq, from, page.seq)
    addUp(this.times.corrected, from, page.correctedTimestamp)
    addUp(this.times.device, from, page.timestamp)
    addUp(this.times.received, from, page.receivedAt)
    this.length = to
    for (const clock of clockNames) this.orders[clock].append(this.times[clock], to)
  }

  typeAt(place: number): string {
    return this.types[this.type[place] ?? -1] ?? ''
  }

  isError(place: number): boolean {
    return this.errorTypes.has(this.type[place] ?? -1)
  }

  seqAt(place: number): number {
    return this.seq[place] ?? 0
  }

  timeAt(place: number, clock: ClockName): number {
    return this.times[clock][place] ?? 0
  }

  /** Of the first event with this sequence or a higher one; `length` where there is none. */
  placeOf(seq: number): number {
    return firstWhere(this.length, (place) => this.seqAt(place) >= seq)
  }

  /** The next event, or the one before, that fits; undefined where there is none. */
  neighbour(place: number, step: 1 | -1, fits: (place: number) => boolean): number | undefined {
    for (let at = place + step; at >= 0 && at < this.length; at += step) if (fits(at)) return at
    return undefined
  }

  /** From the earliest to the latest event. */
  extent(clock: ClockName): { readonly fromMs: number; readonly toMs: number } {
    const { places, length } = this.orders[clock]
    if (length === 0) return { fromMs: 0, toMs: 0 }
    return { fromMs: this.timeAt(places[0] ?? 0, clock), toMs: this.timeAt(places[length - 1] ?? 0, clock) }
  }

  #grow(length: number): void {
    this.seq = grown(this.seq, length)
    this.type = grown(this.type, length)
    for (const clock of clockNames) this.times[clock] = grown(this.times[clock], length)
  }

  #placeOfType(name: string): number {
    const known = this.#typePlaces.get(name)
    if (known !== undefined) return known
    this.#typePlaces.set(name, this.types.length)
    this.counts.push(0)
    return this.types.push(name) - 1
  }
}

function addUp(column: Float64Array, from: number, differences: readonly number[]): void {
  let sum = 0
  for (let at = 0; at < differences.length; at++) {
    sum += differences[at] ?? 0
    column[from + at] = sum
  }
}
