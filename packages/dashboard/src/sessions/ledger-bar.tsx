/** Draws a ledger as a bar: each part's share of what was pushed. */
import type { Ledger } from '@downlink/collector'
import type { ReactElement } from 'react'
import { sharesOf } from './ledger-shares.ts'
import './ledger.css'

export const LedgerBar = ({ ledger }: { readonly ledger: Ledger }): ReactElement => (
  <svg className="ledger" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
    {sharesOf(ledger).map(({ part, start, width }) => (
      <rect key={part} className={`part-${part}`} x={start} width={width} height="1" />
    ))}
  </svg>
)
