/** Shows how the collector stands: its log, its database, and what it had to do for them. */
import type { ReactElement } from 'react'
import { useLive } from '../live/live-context.ts'
import { StorePanel } from './store-panel.tsx'
import './health.css'

export default function HealthView(): ReactElement {
  const { link, counters } = useLive()
  return <StorePanel counters={counters} current={link.status === 'open'} />
}
