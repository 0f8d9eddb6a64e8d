/** Says what of a session is looked at, and keeps the address in step with it, so that it opens the same for whoever gets it. */

import { useCallback, useEffect, useRef, useState } from 'react'
import { type Address, hrefOf, navigate, useAddress } from '../router.ts'
import { type ClockName, clockNames } from './event-columns.ts'
import { type Span, spanOf } from './viewport.ts'

export interface Moment {
  /** Undefined: all of it, or what is around the event. */
  readonly span: Span | undefined
  /** The sequence of the event that is selected. */
  readonly seq: number | undefined
  /** Undefined: the one that suits the session. */
  readonly clock: ClockName | undefined
  /** Names of types that are not shown. */
  readonly hidden: readonly string[]
}

export function readMoment({ from, to, event = '', clock, hide = '' }: Address['parameters']): Moment {
  return {
    span: spanOf(from, to),
    seq: /^[1-9]\d{0,15}$/.test(event) ? Number(event) : undefined,
    clock: clockNames.find((name) => name === clock),
    hidden: readNames(hide),
  }
}

/** Whole milliseconds, outwards: a frame stays a frame. */
export function momentParameters({ span, seq, clock, hidden }: Moment): Address['parameters'] {
  return {
    ...(span && { from: String(Math.floor(span.fromMs)), to: String(Math.ceil(span.toMs)) }),
    ...(seq !== undefined && { event: String(seq) }),
    ...(clock !== undefined && { clock }),
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

/** Browsers let a page change its address only so often. */
const writeDelayMs = 250

export function useMoment(): readonly [Moment, (part: Partial<Moment>) => void] {
  const address = useAddress()
  const href = hrefOf(address)
  const written = useRef(href)
  const [moment, setMoment] = useState(() => readMoment(address.parameters))

  // biome-ignore lint/correctness/useExhaustiveDependencies: the address is another one when its text is
  useEffect(() => {
    if (href === written.current) return
    written.current = href
    setMoment(readMoment(address.parameters))
  }, [href])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the address alone is no reason to write it
  useEffect(() => {
    const timer = setTimeout(() => {
      const next = { ...address, parameters: momentParameters(moment) }
      if (hrefOf(next) === written.current) return
      written.current = hrefOf(next)
      navigate(next, { replace: true })
    }, writeDelayMs)
    return () => clearTimeout(timer)
  }, [moment])

  return [moment, useCallback((part) => setMoment((before) => ({ ...before, ...part })), [])]
}
