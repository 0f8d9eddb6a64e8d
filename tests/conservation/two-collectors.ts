/**
 * Runs two collectors over one stream, with a hand on everything between them: the real sessions and the real commit, and one
 * client that goes from one collector to the other while what it sent before is still under way. One run is a seed.
 */
import { randomUUID } from 'node:crypto'
import { cutElement, type Hello, protocolDefaults, type ReceivedElement } from '@downlink/protocol'
import { type Chance, createChance } from '../../packages/cli/src/verify/random.ts'
import { createStreamCommit } from '../../packages/collector/src/jetstream/stream-commit.ts'
import { createEventValidator } from '../../packages/collector/src/session/event-validator.ts'
import type { Session } from '../../packages/collector/src/session/session.ts'
import { metadataOf } from '../../packages/collector/src/session/session-metadata.ts'
import { createSessions, type Sessions } from '../../packages/collector/src/session/sessions.ts'
import { createModelStore, type ModelStore } from './model-store.ts'
import { createModelStream, type ModelStream } from './model-stream.ts'
import { expectThat, Violation } from './violation.ts'

/** A rule that is taken out, so that the model has to fail. */
export type StreamAblation = 'asking' | 'comparing' | 'epochs' | 'rereading' | 'trimming'

/** How often a connection was told what. */
export interface Told {
  /** It had gone on over another one. */
  readonly replaced: number
}

const steps = 120
const stepMs = 1000
/** So long a message stays, also where the store has it. */
const keptMs = 20 * stepMs
/** Who waits so long waits for the store. */
const patienceMs = 1000
const sessionId = 'a-session'
const proof = '0'.repeat(32)

/**
 * @throws where something acknowledged is lost, doubled, out of order or called missing, where it comes to no end, or where
 * the client is told of its newest connection what it would stop at
 */
export async function playTwoCollectors(seed: number, without?: StreamAblation): Promise<Told> {
  const chance = createChance(seed)
  let isCalm = false
  let nowMs = 0
  const now = (): number => nowMs
  const waiting: (() => void)[] = []
  const timers = new Set<() => void>()
  const wait = (): Promise<void> => new Promise((resolve) => waiting.push(resolve))
  /** In every second run the store is always there: then no collector has to go by what it knows alone. */
  const isSteady = seed % 2 === 0
  const stream = createModelStream({
    ...{ chance, now, maxDelayMs: keptMs / 4, staleMs: 3 * stepMs, isCalm: () => isCalm, wait },
    ...{ guesses: without === 'asking', compares: without !== 'comparing' },
  })
  const store = createModelStore({ stream, wait, isChain: isSteady, trims: without !== 'trimming' })
  const collectors = [createCollector(), createCollector()]
  const client = createClient(chance, collectors, {
    onAck: (seq) => checkDurable(seq, stream, store),
    comparesEpochs: without !== 'epochs',
  })

  for (let step = 0; step < steps; step++) {
    act()
    await turn()
  }
  isCalm = true
  store.isUp = true
  for (let round = 0; !client.isDone; round++) {
    if (round > 300) throw new Violation('it comes to no end')
    release(100)
    expire()
    await turn()
    client.play()
  }
  stream.deliver(100)
  store.sink(1000)
  client.check(store)
  return client.told

  function act(): void {
    nowMs += stepMs
    const dice = chance(100)
    if (dice < 31) client.play()
    else if (dice < 35) client.sendBeacon()
    else if (dice < 70) release(1 + chance(4))
    else if (dice < 78) expire()
    else if (dice < 84) stream.deliver(1)
    else if (dice < 92) store.sink(1 + chance(4))
    else if (dice < 96) stream.remove(store.position - chance(3), nowMs - keptMs)
    else if (dice < 98) store.isUp = isSteady || !store.isUp
    else client.repeatOnOldLink()
  }

  function release(count: number): void {
    for (let left = count; left > 0 && waiting.length > 0; left--) waiting.splice(chance(waiting.length), 1)[0]?.()
  }

  /** Some timers fall due: whoever waits for the store waits a while. */
  function expire(): void {
    for (const run of [...timers]) if (chance(100) < 30) run()
  }

  function createCollector(): Sessions {
    const log = createStreamCommit({
      stream: stream.log,
      source: store.source,
      maxMessageBytes: 1_000_000,
      newWriteId: randomUUID,
      keptMs,
      now,
      setTimer(run, delayMs) {
        if (isSteady && delayMs >= patienceMs) return () => {}
        const timer = (): void => {
          timers.delete(timer)
          run()
        }
        timers.add(timer)
        return () => void timers.delete(timer)
      },
    })
    const validator = createEventValidator(protocolDefaults, {})
    const shared = { ...log, isShared: without !== 'rereading' }
    return createSessions({ log: shared, validator, maxIdle: 10, onOutstanding() {}, onSocket() {} })
  }
}

const turn = (): Promise<void> => new Promise(setImmediate)

function checkDurable(acked: number, stream: ModelStream, store: ModelStore): void {
  const there = new Set(store.events.map(({ seq }) => seq))
  for (const { entry } of stream.messages) {
    for (let seq = entry.head.from + 1; seq <= entry.head.to; seq++) there.add(seq)
  }
  for (let seq = 1; seq <= acked; seq++) expectThat(there.has(seq), () => `${seq} was acknowledged, and is nowhere`)
}

function anEvent(seq: number): ReceivedElement {
  const event = { type: 'a', timestamp: 1, data: seq }
  return cutElement(JSON.stringify(event), event)
}

/** A connection as the client knows it; the collector may know nothing of its end. */
interface ModelLink {
  readonly epoch: number
  isUp: boolean
  session: Session | undefined
  /** The first sequence that was not sent over it. */
  next: number
}

const maxPushed = 40

interface ModelClientOptions {
  readonly onAck: (seq: number) => void
  /** Else whoever fails is told that it was replaced. */
  readonly comparesEpochs: boolean
}

function createClient(chance: Chance, collectors: readonly Sessions[], { onAck, comparesEpochs }: ModelClientOptions) {
  let [acked, pushed, epoch] = [0, 0, 0]
  const told = { replaced: 0 }
  let link: ModelLink | undefined
  let old: ModelLink | undefined
  let failure: unknown
  return {
    told,

    get isDone() {
      if (failure) throw failure
      return pushed > 0 && acked === pushed
    },

    play(): void {
      const dice = chance(10)
      if (dice < 3 && pushed < maxPushed) pushed += 1 + chance(4)
      else if (dice < 4 || !link?.isUp) void connect().catch(remember)
      else if (link.session) send(link, link.next, Math.min(pushed, link.next + chance(6)))
    },

    /** What is not acknowledged goes past the socket, to either collector. */
    sendBeacon: () => void postUnacked().catch(remember),

    /** What was sent before over a link that the client has left arrives only now. */
    repeatOnOldLink(): void {
      if (old?.session && old.next > 1) send(old, Math.max(1, old.next - 1 - chance(6)), old.next - 1)
    },

    check({ events, rows }: ModelStore): void {
      const row = rows.get(sessionId)
      const sequences = events.map(({ seq }) => seq)
      const expected = Array.from({ length: pushed }, (_, at) => at + 1)
      expectThat(sequences.join() === expected.join(), () => `lost, twice, or out of order: ${sequences}`)
      expectThat(
        events.every(({ seq, event }) => event.json === `${seq}`),
        () => 'an event is another',
      )
      const ledger = { committedSeq: row?.committedSeq, stored: row?.stored, missing: row?.missing }
      const all = { committedSeq: pushed, stored: pushed, missing: 0 }
      expectThat(JSON.stringify(ledger) === JSON.stringify(all), () => `the ledger is ${JSON.stringify(ledger)}`)
    },
  }

  /** To either collector. That the last link has ended neither of them is told. */
  async function connect(): Promise<void> {
    if (link?.session) old = link
    const opened: ModelLink = { epoch: ++epoch, isUp: true, session: undefined, next: acked + 1 }
    link = opened
    const hello = { session: sessionId, proof, next: acked + 1 }
    const opening = await collectors[chance(collectors.length)]?.open(hello)
    if (opening?.kind !== 'opened') return end()
    const modelled = { epoch: opened.epoch, replaced, failed: comparesEpochs ? end : replaced }
    if (!opening.session.attach(modelled)) return replaced()
    const welcome = await shakeHands(opening.session, { ...hello, conn: opened.epoch, pushed })
    if (welcome.kind === 'unavailable') return end()
    ack(welcome.record.committedSeq)
    opened.session = opening.session
    opened.next = Math.max(acked, welcome.record.committedSeq) + 1

    function end(): void {
      opened.isUp = false
    }

    function replaced(): void {
      if (opened === link) remember(new Violation('the newest connection was told that a newer one took over'))
      told.replaced++
      end()
    }
  }

  async function postUnacked(): Promise<void> {
    if (acked === pushed) return
    const hello = { session: sessionId, proof, conn: epoch, next: acked + 1, pushed }
    const events = Array.from({ length: pushed - acked }, (_, at) => anEvent(acked + 1 + at))
    const opening = await collectors[chance(collectors.length)]?.open(hello)
    if (opening?.kind !== 'opened') return
    void shakeHands(opening.session, hello)
    const taken = opening.session.take({ seq: hello.next, pushed: hello.pushed, events }, 0)
    const result = taken.ok ? await taken.result : undefined
    if (result?.kind !== 'committed') return
    ack(result.record.committedSeq)
    // Both cursors of the client move.
    if (link) link.next = Math.max(link.next, acked + 1)
  }

  function shakeHands(session: Session, hello: Omit<Hello, 'now'>): ReturnType<Session['handshake']> {
    return session.handshake(metadataOf({ ...hello, now: 0 }, 0), hello, 0)
  }

  function send(over: ModelLink, from: number, to: number): void {
    if (to < from) return
    const events = Array.from({ length: to - from + 1 }, (_, at) => anEvent(from + at))
    over.next = Math.max(over.next, to + 1)
    const taken = over.session?.take({ seq: from, pushed, events }, 0)
    if (!taken?.ok) {
      if (over === link) remember(new Violation(`${from} was called a hole, which none in a client's line is`))
      over.isUp = false
      return
    }
    void taken.result
      .then((result) => {
        if (result.kind === 'committed') ack(result.record.committedSeq)
        else over.isUp = false
      })
      .catch(remember)
  }

  function ack(seq: number): void {
    expectThat(seq <= pushed, () => `${seq} was acknowledged, and ${pushed} pushed`)
    onAck(seq)
    acked = Math.max(acked, seq)
  }

  function remember(error: unknown): void {
    failure ??= error
  }
}
