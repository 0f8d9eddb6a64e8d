/** Asks the collector for what a part of the page shows, and again by itself while the database is away. */
import { messageOf } from '@downlink/protocol'
import { useCallback, useEffect, useState } from 'react'
import { askAgain } from './ask-again.ts'

export type Answer<Value> =
  | { readonly status: 'loading' }
  /** The database is away, and asked again. */
  | { readonly status: 'away' }
  | { readonly status: 'failed'; readonly message: string }
  | { readonly status: 'here'; readonly value: Value }

export interface UsedAnswer<Value> {
  readonly answer: Answer<Value>
  /** What was there last, while it is asked for anew; none before the first answer. */
  readonly last: Value | undefined
  readonly retry: () => void
}

/** @param ask by which it is asked anew once it is another function: see `useCallback` */
export function useAnswer<Value>(ask: (signal: AbortSignal) => Promise<Value>): UsedAnswer<Value> {
  const [answer, setAnswer] = useState<Answer<Value>>({ status: 'loading' })
  const [last, setLast] = useState<Value>()
  const [round, setRound] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: another round asks the same again
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const run = async (): Promise<void> => {
      setAnswer({ status: 'loading' })
      try {
        const value = await askAgain(
          () => ask(signal),
          () => setAnswer({ status: 'away' }),
          signal,
        )
        setLast(value)
        setAnswer({ status: 'here', value })
      } catch (error) {
        if (!signal.aborted) setAnswer({ status: 'failed', message: messageOf(error) })
      }
    }
    void run()
    return () => controller.abort()
  }, [ask, round])

  return { answer, last, retry: useCallback(() => setRound((before) => before + 1), []) }
}
