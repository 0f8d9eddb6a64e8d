/** The two deliveries: acknowledged, by `downlink.v1`, and plain, for any other backend. */
import { encodeBatch, eventId, subprotocol } from '@downlink/protocol'
import type { PackedBatch, Spelling } from './batch.ts'
import type { TelemetrySettings } from './options.ts'

export interface Delivery {
  readonly protocols: string[]
  /** Are batches acknowledged? If not, they are done with once they are sent. */
  readonly acked: boolean
  readonly spelling: Spelling
  readonly frame: (batch: PackedBatch, pushed: number) => string
}

export function createDelivery(settings: TelemetrySettings, sessionId: () => string): Delivery {
  const { version, delivery, format } = settings
  if (delivery === 'acked') {
    return {
      protocols: [subprotocol],
      acked: true,
      spelling: {
        event: ({ type, timestamp, data }) => ({ type, timestamp, data, version }),
        drop: (drop) => ({ drop }),
      },
      frame: ({ seq, elements }, pushed) => encodeBatch({ seq, pushed }, elements),
    }
  }
  return {
    protocols: [],
    acked: false,
    spelling: {
      event: ({ seq, type, timestamp, data }) => {
        const session = sessionId()
        return { id: eventId(session, seq), type, timestamp, data, sessionId: session, seq, version }
      },
      drop: () => undefined,
    },
    frame: ({ elements }) => (format === 'ndjson' ? `${elements.join('\n')}\n` : `[${elements}]`),
  }
}
