/** Shows one line on stderr that tells how it goes: rewritten in place on a terminal, now and then elsewhere. */
import type { OutputPort } from './output.ts'

export interface StatusLine {
  /** Shows a text, at once or when it is time for it. */
  show(text: string): void
  /** Makes room for something else to be written. */
  clear(): void
}

const elsewhereIntervalMs = 5000

export function createStatusLine(stream: OutputPort, nowMs: () => number = () => performance.now()): StatusLine {
  return stream.isTTY ? createRewritten(stream) : createRepeated(stream, nowMs)
}

function createRewritten(stream: OutputPort): StatusLine {
  let isShown = false
  return {
    show(text) {
      // A line that wraps could not be rewritten.
      stream.write(`\r\x1b[K${text.slice(0, (stream.columns || 80) - 1)}`)
      isShown = true
    },
    clear() {
      if (isShown) stream.write('\r\x1b[K')
      isShown = false
    },
  }
}

function createRepeated(stream: OutputPort, nowMs: () => number): StatusLine {
  let shownAtMs = nowMs()
  return {
    show(text) {
      if (nowMs() - shownAtMs < elsewhereIntervalMs) return
      shownAtMs = nowMs()
      stream.write(`${text}\n`)
    },
    clear() {},
  }
}
