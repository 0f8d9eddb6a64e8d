/** Runs a pipeline through its life, once: it opens, runs, and closes by whoever closes it first. */
import { CollectorError } from './errors.ts'
import type { Pipeline } from './pipeline.ts'

export interface Lifecycle {
  /**
   * @param end closes the pipeline, with whatever serves it
   * @throws {CollectorError} `wrong_state`; what opening throws, and then it is at rest again
   */
  open(end: () => Promise<void>): Promise<Pipeline>
  /** @throws {CollectorError} `wrong_state` */
  running(): Pipeline
  ifRunning(): Pipeline | undefined
  isClosed(): boolean
  /** Idempotent. */
  close(): Promise<void>
  /** Closes one that nobody could reach yet: it may be opened again. */
  abandon(): Promise<void>
  /** Resolves once it is closed; to the reason where it closed itself. */
  readonly closed: Promise<CollectorError | undefined>
}

type Stage =
  | { readonly status: 'idle' }
  | { readonly status: 'opening'; readonly opened: Promise<unknown> }
  | { readonly status: 'running'; readonly pipeline: Pipeline; readonly end: () => Promise<void> }
  | { readonly status: 'closed'; readonly ended: Promise<void> }

/** @param openPipeline tells `onLost` where the pipeline has to end for a reason of its own */
export function createLifecycle(
  openPipeline: (onLost: (reason: CollectorError) => void) => Promise<Pipeline>,
): Lifecycle {
  let stage: Stage = { status: 'idle' }
  let lost: CollectorError | undefined
  let resolveClosed = (_reason: CollectorError | undefined): void => {}
  const closed = new Promise<CollectorError | undefined>((resolve) => {
    resolveClosed = resolve
  })

  return {
    async open(end) {
      if (stage.status !== 'idle')
        throw new CollectorError('wrong_state', 'Expected a collector at rest, got one that ran')
      const opened = openPipeline((reason) => {
        lost = reason
        void close()
      })
      stage = { status: 'opening', opened }
      try {
        const pipeline = await opened
        stage = { status: 'running', pipeline, end }
        return pipeline
      } catch (error) {
        stage = { status: 'idle' }
        throw error
      }
    },
    running() {
      const pipeline = ifRunning()
      if (!pipeline) throw new CollectorError('wrong_state', 'Expected a collector that is running')
      return pipeline
    },
    ifRunning,
    isClosed: () => stage.status === 'closed',
    close,
    async abandon() {
      await close()
      stage = { status: 'idle' }
    },
    closed,
  }

  function ifRunning(): Pipeline | undefined {
    return stage.status === 'running' ? stage.pipeline : undefined
  }

  async function close(): Promise<void> {
    if (stage.status === 'opening') await stage.opened.catch(() => {})
    if (stage.status === 'running') stage = { status: 'closed', ended: stage.end() }
    if (stage.status !== 'closed') return
    await stage.ended
    resolveClosed(lost)
  }
}
