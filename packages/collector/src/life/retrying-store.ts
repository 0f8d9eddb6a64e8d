/** Asks the store until it answers: it may be away, behind or busy, and comes again. */
import { messageOf } from '@downlink/protocol'
import { type SetTimer, systemTimer } from '../clock.ts'
import { CollectorError, type CollectorErrorCode } from '../errors.ts'
import type { StoreAnswers, StoreQuestion } from '../store-process/messages.ts'
import type { StoreProcess } from '../store-process/store-process.ts'

export interface RetryingStore {
  /**
   * @param retries what it is asked again for. @default all that passes by itself
   * @throws {CollectorError} `store_unavailable` once it is closed; whatever else
   */
  ask<Question extends StoreQuestion>(
    question: Question,
    retries?: ReadonlySet<CollectorErrorCode>,
  ): Promise<StoreAnswers[Question['kind']]>
  /** Whoever still waits is told so. */
  close(): void
}

/** What is over in a while. */
const passing: ReadonlySet<CollectorErrorCode> = new Set([
  'store_unavailable',
  'query_busy',
  'query_interrupted',
  'query_timeout',
])

/** From one question to the next. */
const retryMs = 500

export function createRetryingStore(store: Pick<StoreProcess, 'ask'>, setTimer: SetTimer = systemTimer): RetryingStore {
  let isClosed = false
  return {
    async ask(question, retries = passing) {
      for (;;) {
        try {
          return await store.ask(question)
        } catch (cause) {
          if (!(cause instanceof CollectorError && retries.has(cause.code))) throw cause
          if (isClosed) throw new CollectorError('store_unavailable', messageOf(cause), { cause })
          await new Promise<void>((resolve) => setTimer(resolve, retryMs))
        }
      }
    },
    close() {
      isClosed = true
    },
  }
}
