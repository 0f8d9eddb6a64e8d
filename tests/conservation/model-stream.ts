/** Models a stream that collectors share: it may refuse, answer late or not at all, and tell what was so a moment ago. */
import type { Chance } from '../../packages/cli/src/verify/random.ts'
import { decodeWrite } from '../../packages/collector/src/commit/session-write.ts'
import type { LastMessage, StreamLog, StreamWrite } from '../../packages/collector/src/jetstream/stream-log.ts'

export interface StreamMessage extends Pick<StreamWrite, 'entry' | 'writeId'> {
  readonly seq: number
  readonly sessionId: string
  readonly atMs: number
}

export interface ModelStream {
  /** As one collector sees it. Its answers come when the test says so. */
  readonly log: StreamLog
  /** Those that were not removed, in order. */
  readonly messages: readonly StreamMessage[]
  /** Appends what was published and is still on its way. */
  deliver(count: number): void
  /** Removes messages up to a sequence that came before a time. */
  remove(upTo: number, beforeMs: number): void
}

export interface ModelStreamOptions {
  readonly chance: Chance
  readonly now: () => number
  /** What takes longer never comes. */
  readonly maxDelayMs: number
  /** So long somebody may be told what was so before. */
  readonly staleMs: number
  /** Nothing goes wrong any more. */
  readonly isCalm: () => boolean
  /** Resolves when the test says so. */
  readonly wait: () => Promise<void>
  /** A publish that nobody answered is taken for written. */
  readonly guesses: boolean
  /** Each publish names the message that it follows, and only one is taken that does. */
  readonly compares: boolean
}

export function createModelStream({
  chance,
  now,
  maxDelayMs,
  staleMs,
  isCalm,
  wait,
  guesses,
  compares,
}: ModelStreamOptions): ModelStream {
  let messages: StreamMessage[] = []
  let last = 0
  /** As it was before the last message. */
  let earlier: readonly StreamMessage[] = []
  const onTheWay: { readonly land: () => void; readonly untilMs: number }[] = []
  /** For a moment one that leads no more may tell what was so before. */
  const isFresh = (): boolean => now() - (messages.at(-1)?.atMs ?? 0) <= staleMs
  const fails = (percent: number): boolean => !isCalm() && chance(100) < percent

  return {
    log: {
      async publish(sessionId, write) {
        const lateMs = now() + maxDelayMs
        await wait()
        if (now() > lateMs || fails(8)) return { kind: 'unsettled', reason: 'There is no leader' }
        if (fails(10)) {
          onTheWay.push({ land: () => append(sessionId, write), untilMs: lateMs })
          return unanswered()
        }
        const seq = append(sessionId, write)
        if (fails(10)) return unanswered()
        await wait()
        return seq === undefined ? { kind: 'unsettled', reason: 'wrong last sequence' } : { kind: 'written', seq }
      },
      async readLast(sessionId) {
        await wait()
        if (fails(10)) return { kind: 'unavailable', reason: 'timeout' }
        const found = lastOf(isFresh() && fails(20) ? earlier : messages, sessionId)
        await wait()
        return found
      },
    },
    get messages() {
      return messages
    },
    deliver(count) {
      for (const { land, untilMs } of onTheWay.splice(0, count)) if (now() <= untilMs) land()
    },
    remove(upTo, beforeMs) {
      messages = messages.filter(({ seq, atMs }) => seq > upTo || atMs >= beforeMs)
    },
  }

  function append(sessionId: string, { entry, writeId, after }: StreamWrite): number | undefined {
    const found = lastOf(messages, sessionId)
    if (compares && (found.kind === 'found' ? found.seq : 0) !== after) return undefined
    earlier = messages
    messages = [...messages, { seq: ++last, sessionId, atMs: now(), entry, writeId }]
    return last
  }

  function unanswered() {
    return guesses ? ({ kind: 'written', seq: last } as const) : ({ kind: 'unsettled', reason: 'timeout' } as const)
  }
}

function lastOf(messages: readonly StreamMessage[], sessionId: string): LastMessage {
  const found = messages.findLast((message) => message.sessionId === sessionId)
  return found ? { kind: 'found', ...found, write: decodeWrite(found.entry) } : { kind: 'none' }
}
