/** What a page still sends while it is left: one body that outlives it, within the browser's shared budget. */
import { encodeBatch, type Hello, utf8Length } from '@downlink/protocol'
import type { Pack } from './batch.ts'
import type { Outbox } from './outbox.ts'

/**
 * Returns the flush, which resolves to the collector's answer, if there is one. It is built at once, for no timer runs
 * in `pagehide`; it starts at the first unacked sequence, and the events stay where they are until they are acked:
 * the sequence removes doubles.
 *
 * @param roomBytes for all bodies under way together
 */
export function createExitFlush(
  outbox: Outbox,
  pack: Pack,
  post: (body: string) => Promise<string | undefined>,
  roomBytes: number,
): (hello: Hello, isEnd: boolean) => Promise<string | undefined> {
  return async (hello, isEnd) => {
    const { acked, pushed } = outbox
    const helloBytes = utf8Length(JSON.stringify(hello))
    const { to, elements } = pack(outbox.fromMark(), pushed, roomBytes - helloBytes)
    if (to === acked) return
    const body = encodeBatch({ ...hello, seq: acked + 1, pushed, end: isEnd && to === pushed }, elements)
    const bytes = utf8Length(body)
    roomBytes -= bytes
    const answer = await post(body)
    roomBytes += bytes
    return answer
  }
}
