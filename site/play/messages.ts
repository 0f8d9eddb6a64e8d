/** Types what a frame of the site, in which a game or a snippet runs, and the page around it tell each other. */
import type { OutboxStats } from '@downlink/client'
import type { DropCounts, EventContext, SaidLabels } from '@downlink/protocol'

/** An event as it came over the wire. */
export interface ArrivedEvent {
  readonly seq: number
  readonly type: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly data: unknown
  readonly context?: EventContext
  readonly labels?: SaidLabels
}

export interface ArrivedBatch {
  readonly sessionId: string
  readonly events: readonly ArrivedEvent[]
  readonly dropped: DropCounts
  /** Of its frame or body. */
  readonly bytes: number
}

export type FrameMessage =
  /** The frame listens. */
  | { readonly kind: 'ready' }
  /** A batch was taken, before it is acknowledged. */
  | { readonly kind: 'arrived'; readonly batch: ArrivedBatch }
  /** What the client says of itself. */
  | { readonly kind: 'stats'; readonly link: string; readonly stats: OutboxStats }
  /** What code has written to the console, or thrown. */
  | { readonly kind: 'printed'; readonly level: 'log' | 'warn' | 'error'; readonly text: string }

export type PageMessage =
  | { readonly kind: 'network'; readonly up: boolean }
  /** Runs the text of a module, once a frame. */
  | { readonly kind: 'run'; readonly code: string }
