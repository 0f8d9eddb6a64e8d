/** Ends a session, so that what is pushed from then on is another one's. */
import type { LinkedBuffer } from './buffer.ts'
import type { Telemetry } from './create-telemetry.ts'

/**
 * Stops a telemetry whose all is acknowledged; any other goes on: what may be stored already would be stored once more, as
 * another session's. Its next start begins the other one, with the same context and labels.
 */
export function endSession(telemetry: Pick<Telemetry, 'buffer' | 'stop'>): void {
  const { outbox, session } = telemetry.buffer as LinkedBuffer
  if (outbox.acked < outbox.pushed) return
  telemetry.stop()
  outbox.renew()
  session.renew()
  // What was remembered is the other session's.
  telemetry.buffer.clear()
}
