/** Makes the real ports of a worker: its clocks, and the way to its page. */

export interface WorkerEnvironment {
  readonly wallMs: () => number
  readonly monotonicMs: () => number
  /** To the page. */
  readonly postMessage: (message: unknown, transfer: Transferable[]) => void
}

export function realWorkerEnvironment(): WorkerEnvironment {
  const scope = globalThis as unknown as Pick<WorkerEnvironment, 'postMessage'>
  return {
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    postMessage: (message, transfer) => scope.postMessage(message, transfer),
  }
}
