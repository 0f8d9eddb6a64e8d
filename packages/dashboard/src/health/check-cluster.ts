/** Judges the log and the database that a collector shares with others, as far as it knows of them; what is not well says what to do. */
import type { Health, LiveCounters } from '@downlink/collector'
import { formatBytes, formatCount, formatCounted, formatSpan } from '../format.ts'
import { checkCommits, schemaWarningLines } from './check-collector.ts'
import { badLagMs, below, type HealthLine, lineState, shareStatus } from './health-line.ts'
import { stateText, storeStateOf } from './store-state.ts'

/** Of a collector that keeps nothing. */
export type SharedHealth = Exclude<Health, { readonly cluster: null }>
type Cluster = SharedHealth['cluster']

export const isShared = (health: Health): health is SharedHealth => health.cluster !== null

/** A server of databases wants some room to merge in. */
const freeBytesLimits = { warn: 20e9, bad: 5e9 }

/** @param isCurrent whether the counters are of now */
export function checkSharedStore(
  counters: LiveCounters | undefined,
  isCurrent: boolean,
  { cluster: { sinks, store } }: SharedHealth,
): readonly HealthLine[] {
  const state = storeStateOf(counters, isCurrent)
  return [
    {
      name: 'State',
      value: store.isUp ? (state.status === 'silent' ? 'Answers' : stateText(state)) : 'Does not answer',
      ...lineState(store.isUp ? (state.status === 'unknown' ? 'unknown' : 'good') : 'bad', {
        bad: 'ClickHouse does not answer this collector. Events are taken meanwhile, and sinks go on by themselves once it is there; until then there are no answers to read.',
      }),
    },
    ...sinkLines(sinks),
    {
      name: 'Tables',
      value: store.bytes === null ? 'their size is not known' : formatBytes(store.bytes),
      status: store.bytes === null ? 'unknown' : 'good',
    },
    {
      name: 'Free disk',
      value: store.freeBytes === null ? 'not known' : `${formatBytes(store.freeBytes)} at ClickHouse`,
      ...lineState(store.freeBytes === null ? 'unknown' : below(store.freeBytes, freeBytesLimits), {
        warn: 'Make room soon: ClickHouse needs some to merge what it has, or let sinks keep less, downlink sink --keep.',
        bad: 'Make room now: without any ClickHouse takes nothing, and the stream fills. downlink prune --older-than deletes what is old.',
      }),
    },
  ]
}

function sinkLines(sinks: Cluster['sinks']): readonly HealthLine[] {
  if (!sinks) return [{ name: 'Sinks', value: 'Not known', status: 'unknown' }]
  const { running, held, partitions, lagMs, behind, aside } = sinks
  return [
    {
      name: 'Sinks',
      value: running === 0 ? 'none runs' : `${formatCount(running)}, with ${held} of ${partitions} partitions`,
      ...lineState(running === 0 ? 'bad' : held < partitions ? 'warn' : 'good', {
        warn: 'Some partitions change hands, which takes some seconds. Where it lasts the sinks’ log lines say why.',
        bad: 'Nothing comes into the database, and the stream fills until one does: start downlink sink with the same --log and --store.',
      }),
    },
    {
      name: 'Behind the log',
      value:
        behind.length === 0 ? 'not at all' : `${formatSpan(lagMs)}, in ${behind.length} of ${partitions} partitions`,
      ...lineState(lagMs > badLagMs ? 'bad' : lagMs > warnLagMs ? 'warn' : 'good', running === 0 ? waiting : lagAdvice),
    },
    asideLine(aside),
  ]
}

const lagAdvice = {
  warn: 'More came than sinks store at once; nothing is lost, and answers are of a moment ago.',
  bad: 'Sinks do not keep up: start more of them, and look at ClickHouse. Their own /metrics say which is how far behind; the stream fills until then.',
}

const noSink = 'What came since waits in the stream for a sink; nothing is lost, and answers are of before.'
const waiting = { warn: noSink, bad: noSink }

/** Sinks store what came in a second at once. */
const warnLagMs = 5000

function asideLine(aside: NonNullable<Cluster['sinks']>['aside']): HealthLine {
  if (!aside) return { name: 'Set aside', value: 'not known', status: 'unknown' }
  const count = aside.messages >= 1000 ? '1,000 or more messages' : formatCounted(aside.messages, 'message')
  return {
    name: 'Set aside',
    value: aside.messages === 0 ? 'nothing' : `${count}, ${formatBytes(aside.bytes)}`,
    ...lineState(aside.messages === 0 ? 'good' : 'warn', {
      warn: 'They are no entries, or ClickHouse refused them: their events count as missing in their sessions’ ledgers. The sinks’ log lines say which, and why; the bucket downlink-aside has them.',
    }),
  }
}

export function checkSharedLog({ cluster: { log } }: SharedHealth): readonly HealthLine[] {
  if (!log) {
    const advice =
      'Nothing is acknowledged until it does, and clients keep what they have. Look at its servers, and at the way to them; the collector’s log lines say what it was told.'
    return [{ name: 'Stream', value: 'NATS does not answer', status: 'bad', advice }]
  }
  const { bytes, maxBytes, messages, sessions, isTaking } = log
  const room = maxBytes === null ? '' : ` of at most ${formatBytes(maxBytes)}`
  return [
    {
      name: 'Stream',
      value: `${formatBytes(bytes)}${room}: ${formatCounted(messages, 'message')} of ${formatCounted(sessions, 'session')}`,
      ...lineState(isTaking ? shareStatus(maxBytes === null ? 0 : bytes / maxBytes) : 'bad', {
        warn: 'It empties ten minutes after sinks have stored what is in it: see how far they are behind.',
        bad: `${isTaking ? 'Once it is full' : 'It is full, and'} nothing more is taken: nats stream edit DOWNLINK --max-bytes makes it larger at once.`,
      }),
    },
    copiesLine(log),
  ]
}

function copiesLine({ copies, currentCopies, leader }: NonNullable<Cluster['log']>): HealthLine {
  const led = leader === null ? 'no server leads it now' : `led by ${leader}`
  return {
    name: 'Copies',
    value: `${currentCopies} of ${copies} have all of it, ${led}`,
    ...lineState(leader === null || currentCopies < copies || copies === 1 ? 'warn' : 'good', {
      warn:
        copies === 1
          ? 'What is acknowledged is lost with the only server that has it: three servers of NATS as one cluster hold three copies.'
          : 'A server of NATS is away, or catches up. Nothing is lost; with one more of them away nothing is acknowledged.',
    }),
  }
}

/** What is of its own, and where to look for what is not. */
export function checkSharing(health: SharedHealth): readonly HealthLine[] {
  return [
    {
      name: 'Events',
      value: `${formatCount(health.eventsPerSecond)} a second in the last minute, over ${formatCount(health.sockets)} sockets`,
      status: 'good',
    },
    ...checkCommits(health),
    { name: 'Memory', value: formatBytes(health.memory.collectorBytes), status: 'good' },
    ...schemaWarningLines(health),
    { name: 'Retention', value: 'That of the sinks: downlink sink --keep, and their /metrics', status: 'good' },
    { name: 'Backups', value: 'Those of NATS and of ClickHouse: no collector makes or knows of any', status: 'good' },
  ]
}
