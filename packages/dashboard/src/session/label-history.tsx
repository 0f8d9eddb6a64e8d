/** Shows how the labels of a session changed, each with a way to all sessions that had the one before. */
import type { Ledger } from '@downlink/collector'
import type { ReactElement } from 'react'
import { formatCount } from '../format.ts'
import { hrefOf } from '../router.ts'
import { labelChanges } from './label-changes.ts'

export function LabelHistory({ ledger }: { readonly ledger: Ledger }): ReactElement | null {
  const changes = labelChanges(ledger)
  if (changes.length === 0) return null
  return (
    <section aria-label="Labels that changed">
      <h3>Labels that changed</h3>
      <ol className="label-changes">
        {changes.map(({ seq, label, before, after }) => (
          <li key={`${seq} ${label}`}>
            <span className="quiet">From event {formatCount(seq)}</span> {label} <Value label={label} value={before} />{' '}
            → <Value label={label} value={after} />
          </li>
        ))}
      </ol>
    </section>
  )
}

const Value = ({ label, value }: { readonly label: string; readonly value: string | undefined }): ReactElement =>
  value === undefined ? (
    <span className="quiet">none</span>
  ) : (
    <a href={hrefOf({ view: 'sessions', parameters: { label, value } })}>{value}</a>
  )
