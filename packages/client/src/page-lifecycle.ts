/** Follows the page: sends what it still can when that is hidden or left, and asks whether the link lives when it is back. */
import { encodeBatch, encodeJson, utf8Length } from '@downlink/protocol'
import { resolveAddress } from './address.ts'
import type { Connection } from './connection-timer.ts'
import type { Link } from './link.ts'
import type { TelemetrySettings } from './options.ts'
import { type Outbox, resendCursor } from './outbox.ts'
import type { Environment } from './ports.ts'
import { encodeElements, type Sender } from './sender.ts'

/**
 * @param received takes in what the collector answers
 * @returns how to follow it no more
 */
export function followPage(
  settings: TelemetrySettings,
  environment: Environment,
  connection: Connection,
  outbox: Outbox,
  sender: Sender,
  link: Link,
  received: (text: unknown) => void,
): () => void {
  return environment.onSignal((signal) => {
    const isEnd = signal === 'pagehide'
    if (isEnd || signal === 'hidden') {
      isEnd ? sender.end() : sender.drain()
      if ('attempt' in connection.state) void postUnacked(isEnd)
    }
    link.dispatch(signal)
    if (connection.state.status === 'open' && signal !== 'hidden') sender.ping()
  })

  /**
   * The exit flush: one body that outlives the page, within the browser's shared budget. It is built at once, for no timer
   * runs in `pagehide`. It starts at the first unacked sequence, and the events stay where they are until they are acked:
   * the sequence removes doubles.
   *
   * @param isEnd nothing follows
   */
  async function postUnacked(isEnd: boolean): Promise<void> {
    const hello = link.hello()
    const cursor = resendCursor(outbox)
    const roomBytes = settings.exitBudgetBytes - environment.keepalive.bytes - utf8Length(encodeJson(hello))
    const elements = encodeElements(outbox, cursor, outbox.pushed, roomBytes)
    if (!elements.length) return
    const body = encodeBatch({ ...hello, seq: hello.next, end: isEnd && cursor.sent === outbox.pushed }, elements)
    const bytes = utf8Length(body)
    environment.keepalive.bytes += bytes
    const answer = await environment.post(resolveAddress(settings, environment).replace(/^ws/, 'http'), body)
    environment.keepalive.bytes -= bytes
    // Another session may have begun meanwhile, whose sequences are others.
    if (hello.session === link.hello().session) received(answer)
  }
}
