/** Names a control: the label stands before it, and a click on the label reaches it. */
import type { ReactElement, ReactNode } from 'react'

interface FieldProps {
  readonly label: string
  /** One `input`, `select` or `textarea`. */
  readonly children: ReactNode
}

export const Field = ({ label, children }: FieldProps): ReactElement => (
  // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
  <label className="field">
    <span>{label}</span>
    {children}
  </label>
)
