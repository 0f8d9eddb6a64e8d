/** Picks what a question is about, from what there is. */
import type { QuestionParameter } from '@downlink/collector'
import { type ReactElement, useId, useState } from 'react'
import { Field } from '../parts/field.tsx'
import { type Picks, pickOfTypes, typesOf } from './bind-question.ts'
import type { Offers } from './offers.ts'

interface ParameterFormProps {
  readonly parameters: readonly QuestionParameter[]
  readonly picks: Picks
  readonly faults: ReadonlyMap<string, string>
  readonly offers: Offers
  readonly fields: ReadonlyMap<string, readonly string[]>
  readonly onPick: (parameter: string, value: string) => void
}

export function ParameterForm(props: ParameterFormProps): ReactElement | null {
  const { parameters, picks, faults, onPick } = props
  if (parameters.length === 0) return null
  return (
    <div className="parameters">
      {parameters.map((parameter) => {
        const value = picks.get(parameter.name) ?? parameter.default ?? ''
        const pick = (next: string) => onPick(parameter.name, next)
        const fault = value === '' ? undefined : faults.get(parameter.name)
        return (
          <div key={parameter.name}>
            {parameter.kind === 'types' ? (
              <TypeSteps parameter={parameter} value={value} types={props.offers.types} onPick={pick} />
            ) : (
              <Field label={parameter.title}>
                <OnePick parameter={parameter} value={value} onPick={pick} offered={offeredTo(parameter, props)} />
              </Field>
            )}
            {fault !== undefined && <p className="fault">Expected {fault}</p>}
          </div>
        )
      })}
    </div>
  )
}

/** Undefined where anything may be written. */
function offeredTo(parameter: QuestionParameter, { offers, picks, fields }: ParameterFormProps) {
  switch (parameter.kind) {
    case 'type':
      return offers.types
    case 'label':
      return [...offers.labels.keys()]
    case 'build':
      return offers.builds
    case 'field':
      return fields.get(picks.get(parameter.of) ?? '') ?? []
    default:
      return undefined
  }
}

interface OnePickProps {
  readonly parameter: QuestionParameter
  readonly value: string
  readonly offered: readonly string[] | undefined
  readonly onPick: (value: string) => void
}

function OnePick({ parameter, value, offered, onPick }: OnePickProps): ReactElement {
  const listId = useId()
  if (offered && parameter.kind !== 'field') {
    return <Select value={value} offered={offered} none={parameter.optional ? 'any' : 'pick one'} onPick={onPick} />
  }
  // What leads into a payload can be written as well as picked.
  const isNumber = parameter.kind === 'number'
  const hint = parameter.optional ? 'by itself' : parameter.kind === 'span' ? '5m, 2h, 7d' : ''
  return (
    <>
      <WrittenInput value={value} onWrite={onPick} listId={offered && listId} hint={hint} isNumber={isNumber} />
      {offered && <Offered id={listId} names={offered} />}
    </>
  )
}

interface SelectProps {
  readonly value: string
  readonly offered: readonly string[]
  /** What the choice of none is called. */
  readonly none: string
  readonly onPick: (value: string) => void
  /** Where no label stands beside it. */
  readonly label?: string
}

/** What the address says stays to be seen, also where there is no such thing. */
export const Select = ({ value, offered, none, onPick, label }: SelectProps): ReactElement => (
  <select value={value} aria-label={label} onChange={({ target }) => onPick(target.value)}>
    <option value="">{none}</option>
    {value !== '' && !offered.includes(value) && <option value={value}>{value}</option>}
    {offered.map((name) => (
      <option key={name} value={name}>
        {name}
      </option>
    ))}
  </select>
)

interface OfferedProps {
  readonly id: string
  readonly names: readonly string[]
}

/** What a field completes, which takes anything else as well. */
export const Offered = ({ id, names }: OfferedProps): ReactElement => (
  <datalist id={id}>
    {names.map((name) => (
      <option key={name} value={name} />
    ))}
  </datalist>
)

interface WrittenInputProps {
  readonly value: string
  readonly onWrite: (value: string) => void
  readonly listId?: string | undefined
  readonly hint?: string
  readonly isNumber?: boolean
}

/** Asks once it is written, not at each letter. */
export function WrittenInput({ value, onWrite, listId, hint, isNumber = false }: WrittenInputProps): ReactElement {
  const [text, setText] = useState(value)
  const [known, setKnown] = useState(value)
  // Somebody went back, or followed a link. The input stays the same: whoever is in it goes on writing.
  if (value !== known) {
    setKnown(value)
    setText(value)
  }
  const write = () => {
    if (text.trim() !== value) onWrite(text.trim())
  }
  return (
    <input
      value={text}
      list={listId}
      placeholder={hint}
      size={16}
      inputMode={isNumber ? 'decimal' : undefined}
      onChange={({ target }) => setText(target.value)}
      onBlur={write}
      onKeyDown={({ key }) => {
        if (key === 'Enter') write()
      }}
    />
  )
}

interface TypeStepsProps {
  readonly parameter: Extract<QuestionParameter, { readonly kind: 'types' }>
  readonly value: string
  readonly types: readonly string[]
  readonly onPick: (value: string) => void
}

function TypeSteps({ parameter, value, types, onPick }: TypeStepsProps): ReactElement {
  const steps = typesOf(value)
  const replace = (at: number, type: string) =>
    onPick(pickOfTypes(type === '' ? steps.toSpliced(at, 1) : steps.toSpliced(at, 1, type)))
  // A step counts once, so each is another type.
  const left = (own?: string) => types.filter((type) => type === own || !steps.includes(type))
  return (
    <fieldset className="steps">
      <legend>{parameter.title}</legend>
      <ol>
        {steps.map((step, at) => (
          <li key={step}>
            <Select
              value={step}
              offered={left(step)}
              none="remove"
              label={`Step ${at + 1}`}
              onPick={(type) => replace(at, type)}
            />
          </li>
        ))}
        {steps.length < parameter.max && (
          <li>
            <Select
              value=""
              offered={left()}
              none="add a step"
              label={`Step ${steps.length + 1}`}
              onPick={(type) => replace(steps.length, type)}
            />
          </li>
        )}
      </ol>
    </fieldset>
  )
}
