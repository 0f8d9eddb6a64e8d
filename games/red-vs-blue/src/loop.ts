/** Runs the frame loop: whole ticks at a fixed rate, and a drawing in between as often as the screen wants one. */

export interface FramePort {
  /** Calls back before the next repaint; returns how to cancel. */
  readonly requestFrame: (run: (nowMs: number) => void) => () => void
  /** Calls back when the page is hidden, as no frames come then; returns how to stop. */
  readonly onHidden: (run: () => void) => () => void
}

export interface LoopOptions {
  readonly tickHz: () => number
  /** Times real speed; 0 is a pause. */
  readonly speed: () => number
  readonly tick: () => void
  /** Called with the time between two frames. */
  readonly measure: (frameMs: number) => void
  readonly frames?: FramePort
}

/** @param alpha how far the moment to draw has come from the tick before to the present one, 0 to 1 */
export type FrameHandler = (alpha: number, frameMs: number) => void

export interface Loop {
  /** Idempotent. */
  start(): void
  stop(): void
  /** Calls a handler each frame, after its ticks; returns how to stop. */
  onFrame(handler: FrameHandler): () => void
}

/**
 * The most time that one frame catches up with, at real speed. A page that slept, or a machine that cannot keep up,
 * then plays slower instead of playing everything it missed at once.
 */
const maxFrameMs = 100

export function createLoop({ tickHz, speed, tick, measure, frames = browserFrames }: LoopOptions): Loop {
  const handlers = new Set<FrameHandler>()
  let cancel: (() => void) | undefined
  let lastMs: number | undefined
  let owedTicks = 0

  function frame(nowMs: number): void {
    cancel = frames.requestFrame(frame)
    const frameMs = lastMs === undefined ? 0 : nowMs - lastMs
    lastMs = nowMs
    owedTicks += (Math.min(frameMs, maxFrameMs) / 1000) * tickHz() * speed()
    for (; owedTicks >= 1; owedTicks--) tick()
    if (frameMs > 0) measure(frameMs)
    for (const handler of handlers) handler(owedTicks, frameMs)
  }

  let forget: (() => void) | undefined
  return {
    start() {
      if (cancel) return
      lastMs = undefined
      cancel = frames.requestFrame(frame)
      // The time in hiding is nobody's frame time.
      forget = frames.onHidden(() => {
        lastMs = undefined
      })
    },
    stop() {
      cancel?.()
      forget?.()
      cancel = forget = undefined
    },
    onFrame(handler) {
      handlers.add(handler)
      return () => handlers.delete(handler)
    },
  }
}

const browserFrames: FramePort = {
  requestFrame(run) {
    const handle = requestAnimationFrame(run)
    return () => cancelAnimationFrame(handle)
  },
  onHidden(run) {
    const handler = (): void => {
      if (document.visibilityState === 'hidden') run()
    }
    document.addEventListener('visibilitychange', handler)
    return () => document.removeEventListener('visibilitychange', handler)
  },
}
