/** Keeps a view that fails from taking the page with it. */
import { messageOf } from '@downlink/protocol'
import { Component, type ReactNode } from 'react'
import { ErrorState } from './parts/states.tsx'

interface Props {
  readonly children: ReactNode
}

interface State {
  readonly error?: unknown
}

export class ViewBoundary extends Component<Props, State> {
  override state: State = {}

  static getDerivedStateFromError(error: unknown): State {
    return { error }
  }

  override render(): ReactNode {
    if (!('error' in this.state)) return this.props.children
    // A module that is gone was of another version of the collector; one that failed to load is not asked for twice.
    return (
      <ErrorState
        title="This view does not work"
        message={`${messageOf(this.state.error)} Loading the page anew may help: the collector may have been updated since.`}
        onRetry={() => location.reload()}
      />
    )
  }
}
