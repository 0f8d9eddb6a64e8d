/** Picks one of a few, all in sight: radio buttons that look like one control. */
import { type ReactElement, useId } from 'react'

interface SegmentedProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly text: string }[]
  readonly onChange: (value: Value) => void
}

export function Segmented<Value extends string>(props: SegmentedProps<Value>): ReactElement {
  const { label, value, options, onChange } = props
  const name = useId()
  return (
    <fieldset className="segmented">
      <legend className="hidden">{label}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          {option.text}
        </label>
      ))}
    </fieldset>
  )
}
