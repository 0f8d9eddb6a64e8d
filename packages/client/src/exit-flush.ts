/** Posts what a page still sends while it is left: one body that outlives it, within the browser's shared budget. */
import { encodeBatch, type Hello, utf8Length } from '@downlink/protocol'
import { resolveAddress } from './handshake.ts'
import type { TelemetrySettings } from './options.ts'
import { type Outbox, resendCursor } from './outbox.ts'
import type { Environment } from './ports.ts'
import { encodeElements } from './sender.ts'

/**
 * Builds the body at once, for no timer runs in `pagehide`. It starts at the first unacked sequence, and the events stay where
 * they are until they are acked: the sequence removes doubles.
 *
 * @param isEnd nothing follows
 * @returns the collector's answer, if there is one
 */
export async function postExitFlush(
  settings: TelemetrySettings,
  environment: Environment,
  outbox: Outbox,
  hello: Hello,
  isEnd: boolean,
): Promise<string | undefined> {
  const { keepalive } = environment
  const cursor = resendCursor(outbox)
  const roomBytes = settings.exitBudgetBytes - keepalive.bytes - utf8Length(JSON.stringify(hello))
  const elements = encodeElements(outbox, cursor, outbox.pushed, roomBytes, settings.version)
  if (elements.length === 0) return undefined
  const end = isEnd && cursor.sent === outbox.pushed
  const body = encodeBatch({ ...hello, seq: hello.next, end }, elements)
  const bytes = utf8Length(body)
  keepalive.bytes += bytes
  const answer = await environment.post(resolveAddress(settings, environment).replace(/^ws/, 'http'), body)
  keepalive.bytes -= bytes
  return answer
}
