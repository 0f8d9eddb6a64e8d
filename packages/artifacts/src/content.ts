/** Tells the three kinds of content apart, also when they come from another frame, and reads a stream until it is aborted. */
/** Text, bytes, or bytes as they come: what is large need not be in memory at once. */
export type Content = string | Uint8Array | AsyncIterable<Uint8Array>

export const isBytes = (value: unknown): value is Uint8Array =>
  ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]'

export const isStream = (value: unknown): value is AsyncIterable<Uint8Array> =>
  typeof value === 'object' &&
  value !== null &&
  Symbol.asyncIterator in value &&
  typeof value[Symbol.asyncIterator] === 'function'

export const isContent = (value: unknown): value is Content =>
  typeof value === 'string' || isBytes(value) || isStream(value)

/** In UTF-8. */
export const byteLength = (content: string | Uint8Array): number =>
  typeof content === 'string' ? new TextEncoder().encode(content).length : content.length

/** Text as a file holds it: ended by a line break, unless there is none of it. */
export const newlineTerminated = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

/** Throws the signal's reason as soon as it is aborted. The source is told to end, and not waited for. */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await orAborted(() => iterator.next(), signal)
      if (done === true) return
      yield value
    }
  } finally {
    new Promise((resolve) => resolve(iterator.return?.())).catch(() => {})
  }
}

/** One listener a call: racing against one lasting promise would keep every value that it lost to. */
function orAborted<T>(next: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    signal.throwIfAborted()
    const stop = (): void => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop))
  })
}
