/** Lets who searches say what a session is known by; builds, labels and their values are offered as they are there. */
import type { LabelPage } from '@downlink/collector'
import { type ReactElement, type ReactNode, type RefObject, useCallback, useId } from 'react'
import { fetchLabels } from '../api.ts'
import { formatCount } from '../format.ts'
import { Field } from '../parts/field.tsx'
import { useAnswer } from '../use-answer.ts'
import { errorTexts, lengthTexts, type SessionFilter, sortTexts, stateTexts } from './session-filter.ts'

interface FilterBarProps {
  readonly filter: SessionFilter
  readonly search: RefObject<HTMLInputElement | null>
  /** What is given takes the place of what was there; empty takes it away. */
  readonly onChange: (part: SessionFilter) => void
  readonly onClear: (() => void) | undefined
}

const nothingKnown: LabelPage = { labels: [], builds: [], types: [] }

export function FilterBar({ filter, search, onChange, onClear }: FilterBarProps): ReactElement {
  const { last = nothingKnown } = useAnswer(useCallback((signal: AbortSignal) => fetchLabels(signal), []))
  const { labels, builds } = last
  const select = (label: string, name: keyof SessionFilter, any: string, options: ReactNode) => (
    <Field label={label}>
      <select value={filter[name] ?? ''} onChange={({ target }) => onChange({ [name]: target.value })}>
        <option value="">{any}</option>
        {options}
      </select>
    </Field>
  )
  return (
    <search className="filters">
      <Field label="Text">
        <input
          ref={search}
          type="search"
          placeholder="id, build or label"
          value={filter.text ?? ''}
          onChange={({ target }) => onChange({ text: target.value })}
        />
      </Field>
      {select(
        'Build',
        'build',
        'Any',
        withGiven(
          builds.map(({ build, sessions }) => [build, `${build} (${formatCount(sessions)})`] as const),
          filter.build,
        ),
      )}
      <Suggested
        label="Player"
        value={filter.player}
        suggestions={valuesOf(last, 'player')}
        onChange={(player) => onChange({ player })}
      />
      <Field label="Label">
        <select value={filter.label ?? ''} onChange={({ target }) => onChange({ label: target.value, value: '' })}>
          <option value="">Any</option>
          {withGiven(
            labels.map(({ name, sessions }) => [name, `${name} (${formatCount(sessions)})`] as const),
            filter.label,
          )}
        </select>
      </Field>
      {filter.label !== undefined && (
        <Suggested
          label="Value"
          value={filter.value}
          suggestions={valuesOf(last, filter.label)}
          onChange={(value) => onChange({ value })}
        />
      )}
      {select('State', 'state', 'Any', options(stateTexts))}
      {select('Errors', 'error', 'Any', options(errorTexts))}
      {select('At least', 'minLengthMs', 'Any', withGiven(Object.entries(lengthTexts), filter.minLengthMs))}
      {select('At most', 'maxLengthMs', 'Any', withGiven(Object.entries(lengthTexts), filter.maxLengthMs))}
      <Field label="First">
        <select value={filter.sort ?? 'newest'} onChange={({ target }) => onChange({ sort: target.value })}>
          {options(sortTexts)}
        </select>
      </Field>
      {onClear && (
        <button type="button" onClick={onClear}>
          Clear
        </button>
      )}
    </search>
  )
}

const options = (texts: Readonly<Record<string, string>>): ReactNode =>
  Object.entries(texts).map(([value, text]) => (
    <option key={value} value={value}>
      {text}
    </option>
  ))

/** What an address asks for is among the options, though the collector does not offer it. */
function withGiven(offered: readonly (readonly [value: string, text: string])[], given: string | undefined): ReactNode {
  const isOffered = given === undefined || offered.some(([value]) => value === given)
  return options(Object.fromEntries(isOffered ? offered : [[given, given], ...offered]))
}

const valuesOf = ({ labels }: LabelPage, name: string): readonly string[] =>
  labels.find((label) => label.name === name)?.values.map(({ value }) => value) ?? []

interface SuggestedProps {
  readonly label: string
  readonly value: string | undefined
  readonly suggestions: readonly string[]
  readonly onChange: (value: string) => void
}

/** Any text will do: a label may have more values than are offered. */
function Suggested({ label, value = '', suggestions, onChange }: SuggestedProps): ReactElement {
  const id = useId()
  return (
    <>
      <Field label={label}>
        <input list={id} value={value} placeholder="Any" onChange={({ target }) => onChange(target.value)} />
      </Field>
      <datalist id={id}>
        {suggestions.map((suggestion) => (
          <option key={suggestion} value={suggestion} />
        ))}
      </datalist>
    </>
  )
}
