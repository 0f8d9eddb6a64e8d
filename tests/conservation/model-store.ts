/** Models a store that is away at times, and the sink that fills it from a stream. */
import type { AcceptedEvent } from '../../packages/collector/src/commit/encoded-events.ts'
import type { RecordSource } from '../../packages/collector/src/commit/record-source.ts'
import type { SessionRecord } from '../../packages/collector/src/commit/session-record.ts'
import { decodeWrite } from '../../packages/collector/src/commit/session-write.ts'
import { applyWrite } from '../../packages/collector/src/sink/apply-write.ts'
import type { ModelStream } from './model-stream.ts'
import { expectThat, Violation } from './violation.ts'

export interface ModelStore {
  readonly source: RecordSource
  isUp: boolean
  readonly rows: ReadonlyMap<string, SessionRecord>
  readonly events: readonly AcceptedEvent[]
  /** Sequence of the last message that is in it. */
  readonly position: number
  sink(count: number): void
}

export interface ModelStoreOptions {
  readonly stream: Pick<ModelStream, 'messages'>
  /** Resolves when the test says so. */
  readonly wait: () => Promise<void>
  /** Each message has to start where the one before it ends: nobody has to trim. */
  readonly isChain: boolean
  readonly trims: boolean
}

export function createModelStore({ stream, wait, isChain, trims }: ModelStoreOptions): ModelStore {
  const rows = new Map<string, SessionRecord>()
  const events: AcceptedEvent[] = []
  const store = {
    isUp: true,
    rows,
    events,
    position: 0,
    source: {
      get isUp() {
        return store.isUp
      },
      async readSessions(ids: readonly string[]) {
        await wait()
        if (!store.isUp) throw new Error('The store is away')
        return new Map([...rows].filter(([id]) => ids.includes(id)))
      },
    },
    sink(count: number) {
      const next = stream.messages.filter(({ seq }) => seq > store.position).slice(0, count)
      for (const { seq, sessionId, entry } of next) {
        const write = decodeWrite(entry)
        const { batches, record, lost } = applyWrite(write, rows.get(sessionId))
        const stood = rows.get(sessionId)?.committedSeq ?? 0
        expectThat(
          !isChain || write.from === stood,
          () => `a message starts at ${write.from}, and its session is at ${stood}`,
        )
        if (lost > 0) throw new Violation(`${lost} events are in no message`)
        for (const batch of trims ? batches : write.batches) events.push(...batch.events.decode())
        rows.set(sessionId, record)
        store.position = seq
      }
    },
  }
  return store
}
