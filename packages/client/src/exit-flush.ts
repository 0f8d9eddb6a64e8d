/** What a page still sends while it is left: one body that outlives it, within the browser's shared budget. */
import { decodePostAnswer, encodePost, type Hello, type PostAnswer, utf8Length } from '@downlink/protocol'
import { packBatch, type Spelling } from './batch.ts'
import type { Environment } from './environment.ts'
import type { Outbox } from './outbox.ts'

/**
 * Returns the flush. It is built at once, for no timer runs in `pagehide`; it starts at the first unacked sequence,
 * and the events stay where they are until they are acked: the sequence removes doubles.
 *
 * @param budgetBytes over all bodies under way together
 * @param onAnswer where the page survives, the answer settles what it acks
 */
export function createExitFlush(
  outbox: Outbox,
  spelling: Spelling,
  post: Environment['post'],
  budgetBytes: number,
  onAnswer: (answer: PostAnswer) => void,
): (url: string, hello: Hello, end: boolean) => void {
  let underWayBytes = 0
  return (url, hello, end) => {
    const roomBytes = budgetBytes - underWayBytes - utf8Length(JSON.stringify(hello))
    const batch = packBatch(outbox, outbox.acked(), Number.POSITIVE_INFINITY, roomBytes, spelling)
    if (!batch) return
    const pushed = outbox.pushed()
    const body = encodePost(hello, { seq: batch.seq, pushed, end: end && batch.to === pushed }, batch.elements)
    const bytes = utf8Length(body)
    underWayBytes += bytes
    outbox.noteSent(batch.to)
    void post(url, body).then((answer) => {
      underWayBytes -= bytes
      const read = answer === undefined ? undefined : decodePostAnswer(answer)
      if (read) onAnswer(read)
    })
  }
}
