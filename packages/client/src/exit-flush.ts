/** What a page still sends while it is left: one body that outlives it, within the browser's shared budget. */
import { decodePostAnswer, encodePost, type Hello, type PostAnswer, utf8Length } from '@downlink/protocol'
import { packBatch, type Spelling } from './batch.ts'
import type { Environment } from './environment.ts'
import type { Outbox } from './outbox.ts'

export interface ExitFlushOptions {
  readonly outbox: Outbox
  readonly spelling: Spelling
  readonly post: Environment['post']
  /** Over all bodies under way together. */
  readonly budgetBytes: number
  /** Where the page survives, the answer settles what it acks. */
  readonly onAnswer: (answer: PostAnswer) => void
}

/**
 * Returns the flush. It is built at once, for no timer runs in `pagehide`; it starts at the first unacked sequence,
 * and the events stay where they are until they are acked: the sequence removes doubles.
 */
export function createExitFlush(options: ExitFlushOptions): (url: string, hello: Hello, end: boolean) => void {
  const { outbox, spelling, post, budgetBytes, onAnswer } = options
  let underWayBytes = 0
  return (url, hello, end) => {
    const roomBytes = budgetBytes - underWayBytes - utf8Length(JSON.stringify(hello))
    const limits = { maxElements: Number.POSITIVE_INFINITY, maxBytes: roomBytes }
    const batch = packBatch(outbox, outbox.acked, limits, spelling)
    if (!batch) return
    const { pushed } = outbox
    const head = { seq: batch.seq, pushed, ...(end && batch.to === pushed && { end }) }
    const body = encodePost(hello, head, batch.elements)
    const bytes = utf8Length(body)
    underWayBytes += bytes
    outbox.noteSent(batch.to)
    void post(url, body).then((answer) => {
      underWayBytes -= bytes
      const read = answer === undefined ? undefined : decodePostAnswer(answer)
      if (read?.ok) onAnswer(read.value)
    })
  }
}
