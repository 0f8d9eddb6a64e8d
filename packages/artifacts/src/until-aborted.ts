/** A stream that ends with a signal, also where its source hangs. */

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
    new Promise((settle) => settle(iterator.return?.())).catch(() => {})
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
