/** Any order of pushes, batches, acks and lost links: what is kept is what the rules say, and each sequence is accounted for. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { OverflowPolicy } from '../drop-policy.ts'
import type { Outbox } from '../outbox.ts'
import { encodeElements } from '../sender.ts'
import { createTestTelemetry } from '../test-doubles.ts'
import { byType, latestWins, mustDeliver, sampled } from './by-type.ts'

const types = ['tick', 'moved', 'aimed', 'bought', 'frame'] as const
type Type = (typeof types)[number]

/** The rules in words of arrays: slow, and plain. */
class Model {
  readonly line: { readonly seq: number; readonly type: Type }[] = []
  readonly dropped: Record<string, number> = {}
  pushed = 0
  inFlight = 0
  readonly #capacity: number
  readonly #overflow: OverflowPolicy
  readonly #newest = new Map<Type, number>()

  constructor(capacity: number, overflow: OverflowPolicy) {
    this.#capacity = capacity
    this.#overflow = overflow
  }

  push(type: Type): void {
    const seq = ++this.pushed
    if (type === 'frame') {
      this.#count('sampled')
      return
    }
    const before = this.line.findIndex((event) => event.seq === this.#newest.get(type))
    if ((type === 'moved' || type === 'aimed') && before >= this.inFlight) this.#drop(before, 'replaced')
    this.#newest.set(type, seq)
    if (this.line.length === this.#capacity) {
      const oldest = this.line.findIndex(({ type }, index) => index >= this.inFlight && type !== 'bought')
      if (oldest < 0 || (this.#overflow === 'drop-newest' && type !== 'bought')) {
        this.#count('overflow')
        return
      }
      this.#drop(oldest, 'overflow')
    }
    this.line.push({ seq, type })
  }

  #drop(index: number, reason: string): void {
    this.line.splice(index, 1)
    this.#count(reason)
  }

  #count(reason: string): void {
    this.dropped[reason] = (this.dropped[reason] ?? 0) + 1
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('push' as const), type: fc.constantFrom(...types) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('send' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('ack' as const), count: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lose' as const) }) },
)

const runs = Number(process.env.DOWNLINK_POLICY_RUNS ?? 2000)

it(`keeps what the rules say, and counts the rest by its reason (${runs} runs)`, () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.constantFrom<OverflowPolicy>('drop-oldest', 'drop-newest'),
      fc.array(step, { maxLength: 120 }),
      (capacity, overflow, steps) => {
        const policies = byType({ moved: latestWins, aimed: latestWins, bought: mustDeliver, frame: sampled(0) })
        const { telemetry, world } = createTestTelemetry()
        const session = { id: telemetry.sessionId, proof: '', epoch: 1, renew() {} }
        const outbox = policies(capacity, overflow, session, world.environment)
        const model = new Model(capacity, overflow)
        for (const { kind, ...rest } of steps) {
          if ('type' in rest) {
            outbox.push({ seq: 0, type: rest.type, timestamp: 0, data: null })
            model.push(rest.type)
          } else if (kind === 'send' && 'count' in rest) {
            encodeElements(outbox, outbox, rest.count, 1e9)
            model.inFlight = Math.min(model.line.length, model.inFlight + rest.count)
          } else if (kind === 'ack' && 'count' in rest) {
            const acked = model.line.splice(0, Math.min(rest.count, model.inFlight))
            model.inFlight -= acked.length
            outbox.ack(acked.at(-1)?.seq ?? 0)
          } else {
            outbox.rewind()
            model.inFlight = 0
          }
          expectSame(outbox, model)
        }
      },
    ),
    { numRuns: runs },
  )
})

function expectSame(outbox: Outbox, { line, dropped, pushed, inFlight }: Model): void {
  const stats = outbox.stats()
  expect(outbox.slice(0).map(({ seq, type }) => ({ seq, type }))).toEqual(line)
  expect(stats).toMatchObject({ pushed, inFlight, queued: line.length - inFlight, dropped })
  const given = Object.values(stats.dropped).reduce((sum, count) => sum + count, 0)
  expect(stats.acked + stats.queued + stats.inFlight + given).toBe(pushed)
}
