/** Shows what happens now: figures, the rate by type, what was not stored, and the newest events. */
import type { ReactElement } from 'react'
import { Panel } from '../parts/panel.tsx'
import { hrefOf, useAddress } from '../router.ts'
import { medianDelayMs } from '../tail/tail.ts'
import { TailPanel } from '../tail/tail-panel.tsx'
import { LossesPanel } from '../vitals/losses-panel.tsx'
import { RateChart } from '../vitals/rate-chart.tsx'
import { ratesNow } from '../vitals/rates.ts'
import { TypePanel } from '../vitals/type-panel.tsx'
import { useMissing } from '../vitals/use-missing.ts'
import { Vitals } from '../vitals/vitals.tsx'
import { useLive } from './live-context.ts'
import '../vitals/vitals.css'

export default function LiveView(): ReactElement {
  const { link, counters, rates, tail, losses } = useLive()
  const address = useAddress()
  const missing = useMissing()
  const { types = {}, at = 0 } = counters ?? {}
  const isOpen = link.status === 'open'
  const part = (address.parameters.type ?? '').trim().toLowerCase()
  const isShown = (type: string): boolean => type.toLowerCase().includes(part)
  return (
    <>
      <Vitals counters={counters} current={isOpen} missing={missing} delayMs={medianDelayMs(tail)} />
      <div className="live-top">
        <Panel title="Events a second" note={part !== '' && `of types with “${part}”`}>
          <RateChart rates={rates} isShown={isShown} isRunning={isOpen} />
        </Panel>
        <TypePanel
          types={types}
          rates={isOpen ? ratesNow(rates) : undefined}
          empty={counters?.stored === 0 && counters.rejected === 0}
          hrefOf={(type) => hrefOf({ ...address, view: 'live', parameters: { ...address.parameters, type } })}
        />
      </div>
      <LossesPanel losses={losses} nowMs={at} />
      <TailPanel tail={tail} listening={isOpen} />
    </>
  )
}
