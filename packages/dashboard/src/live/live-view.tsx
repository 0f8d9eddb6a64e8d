/** Shows what happens now: rate, counts, types and the newest events. */
import type { ReactElement } from 'react'
import { huesOf } from '../format.ts'
import { useSessions } from '../sessions/use-sessions.ts'
import { TailPanel } from '../tail/tail-panel.tsx'
import { TypePanel } from '../vitals/type-panel.tsx'
import { Vitals } from '../vitals/vitals.tsx'
import { useLive } from './live-context.ts'
import '../tail/tail.css'
import '../vitals/vitals.css'

export default function LiveView(): ReactElement {
  const { link, counters, tail } = useLive()
  const { missing } = useSessions()
  const { types = {} } = counters ?? {}
  const hues = huesOf(Object.keys(types))
  const empty = counters?.stored === 0 && counters.rejected === 0
  return (
    <>
      <Vitals counters={counters} current={link.status === 'open'} missing={missing} />
      <div className="columns">
        <TailPanel tail={tail} hues={hues} listening={link.status === 'open'} />
        <TypePanel types={types} hues={hues} empty={empty} />
      </div>
    </>
  )
}
