/** Says what of a session is looked at, so that its address opens the same for whoever gets it. */
import type { Address } from '../router.ts'
import type { ClockName } from './event-columns.ts'
import { type Span, spanOf } from './viewport.ts'

export interface Moment {
  /** Undefined: all of it, or what is around the event. */
  readonly span: Span | undefined
  /** The sequence of the event that is selected. */
  readonly seq: number | undefined
  readonly clock: ClockName
  /** Names of types that are not shown. */
  readonly hidden: readonly string[]
}

export function readMoment({ from, to, event = '', clock, hide = '' }: Address['parameters']): Moment {
  return {
    span: spanOf(from, to),
    seq: /^[1-9]\d{0,15}$/.test(event) ? Number(event) : undefined,
    clock: clock === 'device' ? 'device' : 'corrected',
    hidden: readNames(hide),
  }
}

/** Whole milliseconds, outwards: a frame stays a frame. */
export function momentParameters({ span, seq, clock, hidden }: Moment): Address['parameters'] {
  return {
    ...(span && { from: String(Math.floor(span.fromMs)), to: String(Math.ceil(span.toMs)) }),
    ...(seq !== undefined && { event: String(seq) }),
    ...(clock === 'device' && { clock }),
    ...(hidden.length > 0 && { hide: JSON.stringify(hidden) }),
  }
}

/** As JSON, for a type may be called anything. */
function readNames(text: string): readonly string[] {
  try {
    const names: unknown = JSON.parse(text)
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []
  } catch {
    return []
  }
}
