/** Shows why a part of the page has nothing to show, and what can be done about it. */
import type { ReactElement, ReactNode } from 'react'

interface StateProps {
  readonly title: string
  readonly children?: ReactNode
}

/** All is well, and there is nothing yet: say what would be here, and how it comes. */
export const EmptyState = ({ title, children }: StateProps): ReactElement => (
  <div className="state-box">
    <p className="state-title">{title}</p>
    {children}
  </div>
)

export const LoadingState = ({ what }: { readonly what: string }): ReactElement => (
  <div className="state-box loading" role="status">
    <p className="quiet">Loading {what}</p>
  </div>
)

interface RetryProps {
  readonly onRetry?: () => void
}

/** @param message what the collector, or the browser, says of it */
export const ErrorState = ({
  title,
  message,
  onRetry,
}: RetryProps & { readonly title: string; readonly message: string }): ReactElement => (
  <div className="state-box state-error" role="alert">
    <p className="state-title">{title}</p>
    <p>{message}</p>
    {onRetry && (
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    )}
  </div>
)

export const StoreAwayState = ({ onRetry }: RetryProps): ReactElement => (
  <div className="state-box state-away" role="status">
    <p className="state-title">Waiting for the database</p>
    <p>It is starting, and is asked again by itself. Events are taken meanwhile; none is lost.</p>
    {onRetry && (
      <button type="button" onClick={onRetry}>
        Ask now
      </button>
    )}
  </div>
)
