/** Narrows a question to a span, a build and labels, and sets a second one beside it. */
import { type FormEvent, type ReactElement, useId, useState } from 'react'
import { Field } from '../parts/field.tsx'
import type { Narrowing } from './narrow-sql.ts'
import type { Offers } from './offers.ts'
import { Offered, Select, WrittenInput } from './parameter-form.tsx'
import type { Asking } from './question-address.ts'

interface NarrowingFormProps {
  readonly asking: Asking
  readonly offers: Offers
  readonly onChange: (change: Partial<Asking>) => void
}

export function NarrowingForm({ asking: { narrowing, against }, offers, onChange }: NarrowingFormProps): ReactElement {
  return (
    <div className="narrowings">
      <OneNarrowing
        title={against ? 'A' : 'Of'}
        narrowing={narrowing}
        offers={offers}
        onChange={(next) => onChange({ narrowing: next })}
      />
      {against && (
        <OneNarrowing title="B" narrowing={against} offers={offers} onChange={(next) => onChange({ against: next })} />
      )}
      <button
        type="button"
        onClick={() => onChange(against ? { against: undefined } : firstComparison(narrowing, offers))}
      >
        {against ? 'Compare no more' : 'Compare'}
      </button>
    </div>
  )
}

/** The newest build with the one before; where builds are not told apart, this week with the last. */
function firstComparison(narrowing: Narrowing, { builds }: Offers): Partial<Asking> {
  const [newest, before] = builds
  if (narrowing.from !== undefined || before === undefined || newest === undefined) {
    return {
      narrowing: { ...narrowing, from: narrowing.from ?? '-7d' },
      against: { ...narrowing, from: '-14d', to: '-7d' },
    }
  }
  const build = narrowing.build ?? newest
  return { narrowing: { ...narrowing, build }, against: { ...narrowing, build: build === before ? newest : before } }
}

interface OneNarrowingProps {
  readonly title: string
  readonly narrowing: Narrowing
  readonly offers: Offers
  readonly onChange: (next: Narrowing) => void
}

const spans = [
  ['', 'all time'],
  ['-1h', 'the last hour'],
  ['-1d', 'the last day'],
  ['-7d', 'the last 7 days'],
  ['-30d', 'the last 30 days'],
] as const

function OneNarrowing({ title, narrowing, offers, onChange }: OneNarrowingProps): ReactElement {
  const { from, to, build, labels, ...rest } = narrowing
  const isListed = to === undefined && spans.some(([span]) => span === (from ?? ''))
  const set = (changed: { from?: string; to?: string; build?: string; labels?: ReadonlyMap<string, string> }) => {
    const next = { from, to, build, labels, ...changed }
    onChange({
      ...rest,
      ...(next.from && { from: next.from }),
      ...(next.to && { to: next.to }),
      ...(next.build && { build: next.build }),
      labels: next.labels,
    })
  }
  return (
    <fieldset className="narrowing">
      <legend>{title}</legend>
      <Field label="Build">
        <Select value={build ?? ''} offered={offers.builds} none="all" onPick={(picked) => set({ build: picked })} />
      </Field>
      <Field label="Span">
        <select
          value={isListed ? (from ?? '') : 'own'}
          onChange={({ target }) =>
            set(target.value === 'own' ? { from: from ?? '-7d', to: '-0s' } : { from: target.value, to: '' })
          }
        >
          {spans.map(([span, text]) => (
            <option key={span} value={span}>
              {text}
            </option>
          ))}
          <option value="own">from … to …</option>
        </select>
      </Field>
      {!isListed && (
        <>
          <Field label="From">
            <WrittenInput value={from ?? ''} hint="2026-01-31 or -7d" onWrite={(text) => set({ from: text })} />
          </Field>
          <Field label="To">
            <WrittenInput value={to ?? ''} hint="2026-02-01T12:00" onWrite={(text) => set({ to: text })} />
          </Field>
        </>
      )}
      {[...labels].map(([label, value]) => (
        <button
          key={label}
          type="button"
          className="chip"
          aria-label={`Any ${label}, not only ${value}`}
          onClick={() => set({ labels: new Map([...labels].filter(([other]) => other !== label)) })}
        >
          {label} = {value} <span aria-hidden="true">×</span>
        </button>
      ))}
      <LabelForm offers={offers} onAdd={(label, value) => set({ labels: new Map(labels).set(label, value) })} />
    </fieldset>
  )
}

interface LabelFormProps {
  readonly offers: Offers
  readonly onAdd: (label: string, value: string) => void
}

function LabelForm({ offers, onAdd }: LabelFormProps): ReactElement | null {
  const [namesId, valuesId] = [useId(), useId()]
  const [label, setLabel] = useState('')
  if (offers.labels.size === 0) return null
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const value = String(form.get('value'))
    if (label !== '' && value !== '') onAdd(label, value)
    event.currentTarget.reset()
    setLabel('')
  }
  return (
    <form className="label-form" onSubmit={submit}>
      <Field label="Label">
        <input list={namesId} size={10} value={label} onChange={({ target }) => setLabel(target.value)} />
      </Field>
      <Offered id={namesId} names={[...offers.labels.keys()]} />
      <Field label="is">
        <input name="value" list={valuesId} size={12} />
      </Field>
      <Offered id={valuesId} names={offers.labels.get(label) ?? []} />
      <button type="submit">Narrow</button>
    </form>
  )
}
