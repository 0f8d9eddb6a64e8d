/** What a page still sends while it is left: one body that outlives it, within the browser's shared budget. */
import { encodeBatch, type Hello, utf8Length } from '@downlink/protocol'
import type { Pack } from './batch.ts'
import type { Environment } from './environment.ts'
import type { Outbox } from './outbox.ts'

/**
 * Returns the flush, which resolves to the collector's answer, if there is one. It is built at once, for no timer runs
 * in `pagehide`; it starts at the first unacked sequence, and the events stay where they are until they are acked:
 * the sequence removes doubles.
 *
 * @param budgetBytes for all bodies under way together, those of other telemetries on the page included
 */
export function createExitFlush(
  outbox: Outbox,
  pack: Pack,
  post: (body: string) => Promise<string | undefined>,
  budgetBytes: number,
  { underWay }: Pick<Environment, 'underWay'>,
): (hello: Hello, isEnd: boolean) => Promise<string | undefined> {
  return async (hello, isEnd) => {
    const reading = outbox.fromMark()
    const elements = pack(reading, outbox.pushed, budgetBytes - underWay.bytes - utf8Length(JSON.stringify(hello)))
    if (elements.length === 0) return
    const end = isEnd && reading.cursor === outbox.pushed
    const body = encodeBatch({ ...hello, seq: hello.next, end }, elements)
    const bytes = utf8Length(body)
    underWay.bytes += bytes
    const answer = await post(body)
    underWay.bytes -= bytes
    return answer
  }
}
