/** Follows the frames in a WebSocket's bytes (RFC 6455, 5.2), only to tell since when a message has been unfinished. */

export interface MessageWatch {
  /** Takes what the socket received, in order. */
  read(chunk: Uint8Array): void
  /** Undefined between two messages. */
  readonly unfinishedSinceMs: number | undefined
  /** The wait was not the sender's doing: it starts anew. */
  restart(): void
}

export function createMessageWatch(listenedMs: () => number): MessageWatch {
  /** Of the frame under way; empty between two. */
  let header: number[] = []
  let payloadLeft = 0
  /** A fragment is there, and the last one is not. */
  let fragmented = false
  let sinceMs: number | undefined

  return {
    get unfinishedSinceMs() {
      return sinceMs
    },

    read(chunk) {
      let at = 0
      while (at < chunk.length) {
        if (header.length < headerLength(header)) {
          header.push(chunk[at++] ?? 0)
          if (header.length < headerLength(header)) continue
          payloadLeft = payloadLength(header)
        }
        const taken = Math.min(payloadLeft, chunk.length - at)
        payloadLeft -= taken
        at += taken
        if (payloadLeft === 0) endFrame()
      }
      if (header.length > 0 || fragmented) sinceMs ??= listenedMs()
    },

    restart() {
      if (sinceMs !== undefined) sinceMs = listenedMs()
    },
  }

  function endFrame(): void {
    const [first = 0] = header
    // Control frames may come between two fragments, and finish nothing.
    if ((first & 0x0f) < 0x8) fragmented = (first & 0x80) === 0
    if (!fragmented) sinceMs = undefined
    header = []
  }
}

const extendedLengthBytes = (length: number): number => (length === 127 ? 8 : length === 126 ? 2 : 0)

function headerLength([, second]: readonly number[]): number {
  if (second === undefined) return 2
  return 2 + extendedLengthBytes(second & 0x7f) + (second & 0x80 ? 4 : 0)
}

function payloadLength(header: readonly number[]): number {
  const length = (header[1] ?? 0) & 0x7f
  const extended = header.slice(2, 2 + extendedLengthBytes(length))
  return extended.length === 0 ? length : extended.reduce((sum, byte) => sum * 256 + byte, 0)
}
