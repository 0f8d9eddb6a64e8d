import { type DropCounts, type DropReason, encodeBatch, isDrop, spanOf, type Totals } from '@downlink/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventFacts } from './context.ts'
import { attributeDrops } from './drop-policy.ts'
import { createOutbox, type Entry, type Outbox, type OutboxStats, resendCursor, type SendCursor } from './outbox.ts'
import { byType, latestWins, mustDeliver } from './policies/by-type.ts'
import { encodeElements } from './sender.ts'
import { createFakeWorld, eventsOf } from './test-doubles.ts'

/** What is in force at the push of a number: it changes now and then, and is the same again as another object. */
const saidAt = (number: number): EventFacts => ({
  context: [undefined, { level: 1 }, { level: 1 }, { level: 2, mode: 'hard' }][Math.floor(number / 2) % 4],
  labels: [undefined, { player: 'ann' }, { player: null }][Math.floor(number / 5) % 3],
})

const pushMany = (outbox: Outbox, count: number, refused?: DropReason, types: readonly string[] = ['tick']): void => {
  for (let n = 0; n < count; n++) {
    const data = outbox.pushed + 1
    outbox.push(
      { seq: 0, type: types[outbox.pushed % types.length] ?? '', timestamp: 0, data, ...saidAt(data) },
      refused,
    )
  }
}

/** The line in short: an event as its sequence, drops as their counts. */
const lineOf = ({ acked, slice, pushed, totals, dropped }: Outbox): (number | DropCounts)[] => {
  const reported = { ...totals.dropped }
  const line: (number | DropCounts)[] = []
  let to = acked
  for (const seq of slice(0)
    .map((entry) => entry.seq)
    .concat(pushed + 1)) {
    if (seq > to + 1) line.push(attributeDrops(seq - 1 - to, dropped, reported))
    if (seq <= pushed) line.push(seq)
    to = seq
  }
  return line
}

const collected = (dropped: DropCounts = {}): Totals => ({ dropped, rejected: {} })

/** Encodes a batch, and returns it as a collector reads it: events as their data alone. */
const encode = (outbox: Outbox, cursor: SendCursor, count: number): { seq: number; elements: unknown[] } => {
  const seq = cursor.sent + 1
  const events = encodeElements(outbox, cursor, count, 1e9).map((text) => JSON.parse(text))
  for (const { data, context, labels } of eventsOf({ events })) {
    expect({ context, labels }).toEqual(saidAt(Number(data)))
  }
  return { seq, elements: events.map((element) => element.data ?? element) }
}

/** Sends `count` events over the link. */
const send = (outbox: Outbox, count = Number.POSITIVE_INFINITY): { seq: number; elements: unknown[] } =>
  encode(outbox, outbox, count)

describe('drops', () => {
  it('are what is missing between the events, with their reasons', () => {
    const outbox = createOutbox(3, 'drop-oldest')
    pushMany(outbox, 5)
    pushMany(outbox, 1, 'sampled')
    pushMany(outbox, 3)
    expect(lineOf(outbox)).toEqual([{ sampled: 1, overflow: 5 }, 7, 8, 9])
  })

  it('that turn out stored are none', () => {
    const outbox = createOutbox(4, 'drop-oldest')
    pushMany(outbox, 4)
    send(outbox)
    outbox.rewind()
    pushMany(outbox, 1, 'sampled')
    pushMany(outbox, 2)
    outbox.ack(1, collected())
    expect(outbox.stats()).toMatchObject({ acked: 1, queued: 4, dropped: { overflow: 1, sampled: 1 } })
  })

  it('are told again after a lost connection only where the collector has not counted them', () => {
    const outbox = createOutbox(4, 'drop-oldest')
    pushMany(outbox, 2, 'sampled')
    send(outbox)
    outbox.ack(2, collected({ sampled: 2 }))
    pushMany(outbox, 1)
    outbox.drop('cleared')
    send(outbox)
    outbox.rewind()
    expect(send(outbox)).toEqual({ seq: 3, elements: [{ drop: { cleared: 1 } }] })
  })

  it('are evicted between what is in flight and what is queued', () => {
    const outbox = createOutbox(4, 'drop-oldest')
    pushMany(outbox, 2)
    send(outbox)
    pushMany(outbox, 5)
    expect(lineOf(outbox)).toEqual([1, 2, { overflow: 3 }, 6, 7])
    expect(send(outbox)).toEqual({ seq: 3, elements: [{ drop: { overflow: 3 } }, 6, 7] })
    outbox.ack(2, collected())
    expect(outbox.stats()).toMatchObject({ pushed: 7, acked: 2, queued: 0, inFlight: 2, dropped: { overflow: 3 } })
  })

  it('are the new ones where all is in flight', () => {
    const outbox = createOutbox(2, 'drop-oldest')
    pushMany(outbox, 2)
    send(outbox)
    pushMany(outbox, 1)
    expect(lineOf(outbox)).toEqual([1, 2, { overflow: 1 }])
  })

  it('that the collector counts are not told again where the link is lost after the ack', () => {
    const outbox = createOutbox(9, 'drop-oldest')
    pushMany(outbox, 3, 'overflow')
    pushMany(outbox, 1)
    send(outbox)
    outbox.ack(4, collected({ overflow: 3 }))
    pushMany(outbox, 2, 'sampled')
    expect(send(outbox).elements).toEqual([{ drop: { sampled: 2 } }])
    outbox.rewind()
    expect(send(outbox)).toEqual({ seq: 5, elements: [{ drop: { sampled: 2 } }] })
  })

  it('are told once each, whatever is dropped meanwhile', () => {
    const outbox = createOutbox(9, 'drop-oldest')
    pushMany(outbox, 3, 'overflow')
    pushMany(outbox, 1)
    expect(send(outbox).elements).toEqual([{ drop: { overflow: 3 } }, 4])
    pushMany(outbox, 2, 'sampled')
    expect(send(outbox).elements).toEqual([{ drop: { sampled: 2 } }])
    outbox.ack(4, collected({ overflow: 3 }))
    pushMany(outbox, 1, 'disabled')
    expect(send(outbox).elements).toEqual([{ drop: { disabled: 1 } }])
  })

  it('are told again where the link was lost before the ack', () => {
    const outbox = createOutbox(9, 'drop-oldest')
    pushMany(outbox, 3, 'overflow')
    pushMany(outbox, 2, 'sampled')
    const first = send(outbox)
    outbox.rewind()
    expect(send(outbox)).toEqual(first)
  })
})

describe('ack', () => {
  it('takes the collector’s counts over its own', () => {
    const outbox = createOutbox(9, 'drop-oldest')
    pushMany(outbox, 2, 'sampled')
    pushMany(outbox, 3)
    send(outbox)
    outbox.ack(4, { dropped: { sampled: 1 }, rejected: { bad_event: 2 } })
    expect(outbox.stats()).toEqual({
      pushed: 5,
      acked: 3,
      queued: 0,
      inFlight: 1,
      dropped: { sampled: 1 },
      rejected: 2,
    })
  })

  it('counts by itself where nobody else does', () => {
    const outbox = createOutbox(9, 'drop-oldest')
    pushMany(outbox, 2, 'sampled')
    pushMany(outbox, 3)
    outbox.ack(4)
    expect(outbox.stats()).toMatchObject({ pushed: 5, acked: 2, queued: 1, dropped: { sampled: 2 } })
  })

  it('moves the cursor along where the ack is past it', () => {
    const outbox = createOutbox(9, 'drop-oldest')
    pushMany(outbox, 5)
    send(outbox, 2)
    outbox.ack(4, collected())
    expect([outbox.acked, outbox.sent, outbox.queued(), outbox.inFlight]).toEqual([4, 4, 1, 0])
  })

  it('may fall between drops', () => {
    const outbox = createOutbox(9, 'drop-oldest')
    pushMany(outbox, 3, 'sampled')
    pushMany(outbox, 3, 'overflow')
    outbox.ack(4, collected({ sampled: 3, overflow: 1 }))
    expect(lineOf(outbox)).toEqual([{ overflow: 2 }])
    expect(outbox.stats()).toMatchObject({ pushed: 6, acked: 0, dropped: { sampled: 3, overflow: 3 } })
  })

  it('ignores an ack below the present one', () => {
    const outbox = createOutbox(9, 'drop-oldest')
    pushMany(outbox, 3)
    outbox.ack(2, collected())
    outbox.ack(1, collected({ overflow: 9 }))
    expect(outbox.stats()).toMatchObject({ acked: 2, dropped: {} })
  })
})

it('removes an event wherever it is, and keeps the others in order', () => {
  const outbox = createOutbox(9, 'drop-oldest')
  pushMany(outbox, 6)
  send(outbox, 3)
  for (const index of [4, 1]) outbox.drop('oversize', index)
  expect(lineOf(outbox)).toEqual([1, { oversize: 1 }, 3, 4, { oversize: 1 }, 6])
  expect(outbox.stats()).toMatchObject({ queued: 2, inFlight: 2, dropped: { oversize: 2 } })
})

it('begins a new session at 1', () => {
  const outbox = createOutbox(9, 'drop-oldest')
  pushMany(outbox, 3)
  send(outbox)
  outbox.ack(2, collected({ overflow: 1 }))
  pushMany(outbox, 1, 'sampled')
  pushMany(outbox, 1)
  outbox.renew()
  expect(lineOf(outbox)).toEqual([1, { sampled: 1 }, 3])
  expect(outbox.stats()).toEqual({ pushed: 3, acked: 0, queued: 2, inFlight: 0, dropped: { sampled: 1 }, rejected: 0 })
})

it('fills a frame up to its bytes, and not beyond', () => {
  const maxBytes = 2000
  for (let length = 0; length < 50; length++) {
    const outbox = createOutbox(50, 'drop-oldest')
    for (let n = 0; n < 50; n++) outbox.push({ seq: 0, type: 'tick', timestamp: 0, data: 'x'.repeat(length) })
    const frame = encodeBatch(
      { t: 'batch', seq: 1, pushed: 50 },
      encodeElements(outbox, outbox, Number.POSITIVE_INFINITY, maxBytes),
    )
    expect(frame.length).toBeLessThanOrEqual(maxBytes)
    expect(frame.length).toBeGreaterThan(maxBytes / 2)
  }
})

describe('requeue', () => {
  it('takes an event once that is given twice', () => {
    const outbox = createOutbox(4, 'drop-oldest')
    pushMany(outbox, 2)
    const [first, second] = outbox.slice(0)
    outbox.ack(2)
    if (first && second) outbox.requeue([second, second])
    expect(outbox.slice(0)).toEqual([second])
  })

  const drain = (outbox: Outbox, count: number): Entry[] => {
    const events = outbox.slice(outbox.inFlight, count)
    outbox.ack(events.at(-1)?.seq ?? 0)
    return events
  }

  it('takes all that left, whatever else is given with it', () => {
    const outbox = createOutbox(9, 'drop-oldest')
    pushMany(outbox, 4)
    const [first, second] = drain(outbox, 2)
    const [held] = outbox.slice(0)
    if (!first || !second || !held) throw new Error('Expected three events')
    outbox.requeue([held, second, second, { ...held, seq: 99 }, { ...held, seq: 0 }, first])
    expect(outbox.slice(0).map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
    expect(outbox.stats()).toMatchObject({ pushed: 4, acked: 0, queued: 4, dropped: {} })
  })

  it('leaves holes, which are told as cleared', () => {
    const outbox = createOutbox(9, 'drop-oldest')
    pushMany(outbox, 6)
    const events = drain(outbox, 6)
    outbox.requeue(events.filter(({ seq }) => seq === 2 || seq === 4))
    expect(lineOf(outbox)).toEqual([2, { cleared: 1 }, 4, { cleared: 2 }])
    expect(outbox.stats()).toMatchObject({ pushed: 6, acked: 4, queued: 2, dropped: {} })
  })

  it('takes back nothing that was never drained', () => {
    const outbox = createOutbox(2, 'drop-oldest')
    pushMany(outbox, 2)
    const peeked = outbox.slice(0)
    pushMany(outbox, 1)
    outbox.requeue(peeked)
    expect(outbox.stats()).toMatchObject({ pushed: 3, acked: 0, queued: 2, dropped: { overflow: 1 } })
  })
})

/** The collector of the model below: what is stored, and what it was told is not. */
interface Ledger {
  committedSeq: number
  stored: number[]
  dropped: Record<string, number>
}

const take = (ledger: Ledger, { seq, elements }: { seq: number; elements: readonly unknown[] }): void => {
  if (seq > ledger.committedSeq + 1) throw new Error(`Expected a batch from ${ledger.committedSeq + 1}, got ${seq}`)
  let next = seq
  for (const element of elements) {
    const first = next
    next += spanOf(element)
    let surplus = Math.max(0, ledger.committedSeq + 1 - first)
    if (!isDrop(element)) {
      if (surplus === 0) ledger.stored.push(element as number)
    } else {
      for (const [reason, count] of Object.entries(element.drop)) {
        const repeated = Math.min(surplus, count)
        surplus -= repeated
        if (count > repeated) ledger.dropped[reason] = (ledger.dropped[reason] ?? 0) + count - repeated
      }
    }
    ledger.committedSeq = Math.max(ledger.committedSeq, next - 1)
  }
}

const sum = (counts: object): number => Object.values(counts).reduce((total, count) => total + count, 0)

const expectBalance = ({ pushed, acked, queued, inFlight, dropped }: OutboxStats, capacity: number): void => {
  expect(acked + queued + inFlight + sum(dropped)).toBe(pushed)
  expect(Math.min(acked, queued, inFlight, ...Object.values(dropped))).toBeGreaterThanOrEqual(0)
  expect(queued + inFlight).toBeLessThanOrEqual(capacity)
}

describe('with a collector', () => {
  const reasons = fc.constantFrom<DropReason>('overflow', 'cleared', 'disabled')
  const few = fc.integer({ min: 1, max: 4 })
  const steps = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constant('push' as const), few) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constant('refuse' as const), fc.constantFrom<DropReason>('sampled', 'unencodable')),
    },
    { weight: 2, arbitrary: fc.tuple(fc.constant('evict' as const), reasons) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('clear' as const), reasons) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('remove' as const), fc.nat({ max: 5 })) },
    { weight: 5, arbitrary: fc.tuple(fc.constant('send' as const), few) },
    { weight: 4, arbitrary: fc.tuple(fc.constant('deliver' as const), few) },
    { weight: 4, arbitrary: fc.tuple(fc.constant('ack' as const)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('lose' as const)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('beacon' as const)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('deliver beacon' as const)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('drain' as const), few) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('requeue' as const), few) },
  )
  const overflow = fc.constantFrom('drop-oldest' as const, 'drop-newest' as const)
  const policies = byType({ moved: latestWins, bought: mustDeliver })
  const session = { id: 'one', proof: '', epoch: 1, renew() {} }
  const { environment } = createFakeWorld()

  it('accounts for every sequence exactly once, whatever is lost, evicted, overtaken, drained and brought back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        overflow,
        fc.boolean(),
        fc.array(steps, { maxLength: 50 }),
        (capacity, overflow, isByType, script) => {
          const outbox = isByType
            ? policies(capacity, overflow, session, environment)
            : createOutbox(capacity, overflow)
          const ledger: Ledger = { committedSeq: 0, stored: [], dropped: {} }
          const ack = (): void => outbox.ack(ledger.committedSeq, collected({ ...ledger.dropped }))
          let wire: { seq: number; elements: unknown[] }[] = []
          let beacons: { seq: number; elements: unknown[] }[] = []
          let drained: Entry[] = []
          let isLinked = false
          /** What was drained by hand before the link said hello: the collector is told that it is missing. */
          let missing = 0
          const link = (): void => {
            if (isLinked) return
            isLinked = true
            missing += Math.max(0, outbox.acked - ledger.committedSeq)
            ledger.committedSeq = Math.max(ledger.committedSeq, outbox.acked)
            ack()
          }

          for (const [act, what] of script) {
            if (act === 'push') pushMany(outbox, what, undefined, ['tick', 'moved', 'bought', 'moved', 'tick'])
            else if (act === 'refuse') pushMany(outbox, 1, what)
            else if (act === 'evict') outbox.drop(what)
            else if (act === 'clear') while (outbox.drop(what)) {}
            else if (act === 'remove') {
              outbox.drop('oversize', what)
            } else if (act === 'send') {
              link()
              const batch = send(outbox, what)
              if (batch.elements.length > 0) wire.push(batch)
            } else if (act === 'deliver') for (const batch of wire.splice(0, what)) take(ledger, batch)
            else if (act === 'ack') {
              link()
              ack()
            } else if (act === 'lose') {
              outbox.rewind()
              wire = []
              isLinked = false
            } else if (act === 'beacon') {
              link()
              beacons.push(encode(outbox, resendCursor(outbox), outbox.pushed))
            } else if (act === 'deliver beacon') {
              for (const body of beacons) take(ledger, body)
              beacons = []
            } else if (act === 'drain') {
              if (isLinked) continue
              const events = outbox.slice(outbox.inFlight, what)
              drained.push(...events)
              outbox.ack(events.at(-1)?.seq ?? 0)
            } else {
              outbox.requeue(drained.filter((_, index) => index % what === 0).reverse())
              drained = drained.filter((_, index) => index % what !== 0)
            }
            expectBalance(outbox.stats(), capacity)
            const line = outbox.slice(0).map(({ seq }) => seq)
            expect(line).toEqual([...new Set(line)].sort((a, b) => a - b))
            for (const { seq } of outbox.slice(0, outbox.inFlight))
              expect(seq > outbox.acked && seq <= outbox.sent).toBe(true)
          }

          outbox.rewind()
          isLinked = false
          link()
          take(ledger, send(outbox))
          ack()
          expect(ledger.committedSeq).toBe(outbox.pushed)
          expect(ledger.stored).toEqual([...new Set(ledger.stored)].sort((a, b) => a - b))
          expect(ledger.stored.length + sum(ledger.dropped) + missing).toBe(outbox.pushed)
          expect(outbox.stats()).toMatchObject({ queued: 0, inFlight: 0, dropped: ledger.dropped })
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('tells the reasons of all that was refused exactly', () => {
    const events = fc.array(
      fc.constantFrom(
        'push' as const,
        'sampled' as const,
        'unencodable' as const,
        'send' as const,
        'ack' as const,
        'lose' as const,
      ),
    )
    fc.assert(
      fc.property(events, (script) => {
        const outbox = createOutbox(4, 'drop-oldest')
        const ledger: Ledger = { committedSeq: 0, stored: [], dropped: {} }
        const refused: Record<string, number> = {}
        for (const act of script) {
          if (act === 'push') pushMany(outbox, 1)
          else if (act === 'send') take(ledger, send(outbox, 2))
          else if (act === 'ack') outbox.ack(ledger.committedSeq, collected({ ...ledger.dropped }))
          else if (act === 'lose') {
            outbox.rewind()
            outbox.ack(ledger.committedSeq, collected({ ...ledger.dropped }))
          } else {
            refused[act] = (refused[act] ?? 0) + 1
            pushMany(outbox, 1, act)
          }
        }
        outbox.rewind()
        outbox.ack(ledger.committedSeq, collected({ ...ledger.dropped }))
        take(ledger, send(outbox))
        const { overflow, ...others } = ledger.dropped
        expect(others).toEqual(refused)
      }),
    )
  })
})
