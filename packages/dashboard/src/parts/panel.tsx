/** Frames one part of a view under a title, with what can be done there beside it. */
import { type ReactElement, type ReactNode, useId } from 'react'

interface PanelProps {
  readonly title: string
  /** How many there are, or what they are of. */
  readonly note?: ReactNode
  /** Controls at the right of the title. */
  readonly actions?: ReactNode
  readonly className?: string
  readonly children?: ReactNode
}

export function Panel({ title, note, actions, className = '', children }: PanelProps): ReactElement {
  const id = useId()
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <div className="bar">
        <h2 id={id}>{title}</h2>
        {note !== undefined && note !== false && <span className="quiet note">{note}</span>}
        {actions !== undefined && <div className="actions">{actions}</div>}
      </div>
      {children}
    </section>
  )
}
