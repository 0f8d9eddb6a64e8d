/** Keeps what is looked at, and the address in step with it. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { hrefOf, navigate, useAddress } from '../router.ts'
import { type Moment, momentParameters, readMoment } from './moment.ts'

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
