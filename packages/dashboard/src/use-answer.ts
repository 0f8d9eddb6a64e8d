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

/** An answer is of one question: what another one was answered is not shown as if it were of this one, not even for a moment. */
interface Given<Value> {
  readonly ask: (signal: AbortSignal) => Promise<Value>
  readonly round: number
  readonly answer: Answer<Value>
}

/** @param ask by which it is asked anew once it is another function: see `useCallback` */
export function useAnswer<Value>(ask: (signal: AbortSignal) => Promise<Value>): UsedAnswer<Value> {
  const [given, setGiven] = useState<Given<Value>>()
  const [last, setLast] = useState<Value>()
  const [round, setRound] = useState(0)

  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const give = (answer: Answer<Value>): void => {
      if (!signal.aborted) setGiven({ ask, round, answer })
    }
    const run = async (): Promise<void> => {
      try {
        const value = await askAgain(
          () => ask(signal),
          () => give({ status: 'away' }),
          signal,
        )
        if (!signal.aborted) setLast(() => value)
        give({ status: 'here', value })
      } catch (error) {
        give({ status: 'failed', message: messageOf(error) })
      }
    }
    void run()
    return () => controller.abort()
  }, [ask, round])

  const answer = given?.ask === ask && given.round === round ? given.answer : loading
  return { answer, last, retry: useCallback(() => setRound((before) => before + 1), []) }
}

const loading = { status: 'loading' } as const
