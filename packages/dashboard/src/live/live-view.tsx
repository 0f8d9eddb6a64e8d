/** Shows what happens now: figures, the rate by type, what was not stored, and the newest events. */
import { type ReactElement, useEffect, useState } from 'react'
import { fetchSessions } from '../api.ts'
import { Panel } from '../parts/panel.tsx'
import { hrefOf, useAddress } from '../router.ts'
import { TailPanel } from '../tail/tail-panel.tsx'
import { LossesPanel } from '../vitals/losses-panel.tsx'
import { RateChart } from '../vitals/rate-chart.tsx'
import { ratesNow } from '../vitals/rates.ts'
import { TypePanel } from '../vitals/type-panel.tsx'
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
      <Vitals counters={counters} current={isOpen} missing={missing} />
      {counters?.shared && (
        <p className="quiet">
          Of this collector, since it started, but for what is missing: each other one of the cluster shows its own.
        </p>
      )}
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

/** All sessions together are asked so often what they lost, which only their ledgers tell. */
const missingIntervalMs = 5000

function useMissing(): number | undefined {
  const [missing, setMissing] = useState<number>()
  useEffect(() => {
    let timer = 0
    let isOver = false
    const ask = async (): Promise<void> => {
      // While the database is away, the last answer stands.
      const page = document.hidden ? undefined : await fetchSessions(1).catch(() => undefined)
      if (isOver) return
      if (page) setMissing(page.missing)
      timer = window.setTimeout(ask, missingIntervalMs)
    }
    void ask()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [])
  return missing
}
