/** Judges how a collector with a log and a database of its own stands, line by line; what is not well says what to do. */
import type { Health, LiveCounters } from '@downlink/collector'
import { formatBytes, formatClock, formatCount, formatCounted, formatDay, formatSpan } from '../format.ts'
import { checkCommits, schemaWarningLines } from './check-collector.ts'
import { badLagMs, below, type HealthLine, lineState, shareStatus } from './health-line.ts'
import { restartReasons, stateText, storeStateOf, sumOf } from './store-state.ts'

/** Of a collector with a log and a database of its own. */
export type OwnHealth = Extract<Health, { readonly cluster: null }>

/** The log keeps four segments of 64 MiB free, below which nothing is taken. */
const freeBytesLimits = { warn: 5e9, bad: 1e9 }

/** @param isCurrent whether the counters are of now */
export function checkStore(counters: LiveCounters | undefined, isCurrent: boolean): readonly HealthLine[] {
  const store = counters?.store
  const state = storeStateOf(counters, isCurrent)
  if (!store || state.status === 'unknown') return [{ name: 'State', value: 'Not known', status: 'unknown' }]
  const { lag, restarts, readsKilled, readsRunning } = store
  return [
    {
      name: 'State',
      value: stateText(state),
      ...(state.status === 'away'
        ? {
            status: 'bad',
            advice:
              'It starts by itself, and events are taken meanwhile. If that takes longer than some minutes, the collector’s log lines say what keeps it back; with the collector stopped, downlink doctor examines the data folder.',
          }
        : { status: 'good' }),
    },
    {
      name: 'Behind the log',
      value: `${formatCounted(lag.events, 'event')}, ${formatBytes(lag.bytes)}, ${formatSpan(lag.ms)}`,
      ...lineState(lag.ms > badLagMs ? 'bad' : state.status === 'behind' ? 'warn' : 'good', {
        warn: 'More came than the database takes at once; nothing is lost, and answers are of a moment ago.',
        bad: 'The database does not keep up. End what reads for long (SQL, exports), give it a faster disk or more cores; the log fills until then.',
      }),
    },
    {
      name: 'Restarts',
      value: sumOf(restarts) === 0 ? 'none' : `${formatCount(sumOf(restarts))}: ${restartReasons(restarts)}`,
      ...adviceOnRestarts(restarts),
    },
    {
      name: 'Reads',
      value: `${formatCount(readsRunning)} running, ${formatCount(readsKilled)} killed`,
      ...lineState(readsKilled > 0 ? 'warn' : 'good', {
        warn: 'A query could not be interrupted, or took all memory, and ended with the database’s process. Narrow it with WHERE, or read less at a time.',
      }),
    },
  ]
}

function keptText({ disk: { keptLogBytes }, otlp }: OwnHealth): string {
  if (keptLogBytes === 0) return ''
  return `, and ${formatBytes(keptLogBytes)} kept ${otlp ? 'for OpenTelemetry or ' : ''}since the last backup`
}

export function checkHealth(health: OwnHealth): readonly HealthLine[] {
  const { disk, memory, reports } = health
  const share = disk.logBytes / disk.maxLogBytes
  return [
    {
      name: 'Log',
      value: `${formatBytes(disk.logBytes)} of at most ${formatBytes(disk.maxLogBytes)}${keptText(health)}`,
      ...lineState(shareStatus(share), {
        warn: 'It empties as the database follows: see how far it is behind.',
        bad: 'Once it is full nothing more is taken. Let the database catch up, or start the collector with a larger --max-log.',
      }),
    },
    databaseLine(disk),
    {
      name: 'Free disk',
      value: disk.freeBytes === null ? 'not known' : formatBytes(disk.freeBytes),
      ...lineState(disk.freeBytes === null ? 'unknown' : below(disk.freeBytes, freeBytesLimits), {
        warn: 'Make room soon: delete old *.corrupt-* files and exports, or move the data folder.',
        bad: 'Make room now: with too little nothing more is taken. Delete old *.corrupt-* files and exports, or move the data folder.',
      }),
    },
    retentionLine(health),
    clockLine(health),
    backupLine(health),
    ...oldestBackupLines(health),
    ...checkCommits(health),
    { name: 'Memory', value: memoryText(memory), status: 'good' },
    ...otlpLines(health),
    ...schemaWarningLines(health),
    ...Object.entries(reports).map(([code, count]): HealthLine => {
      const advice = reportAdvice[code]
      return {
        name: `Report ${code}`,
        value: formatCount(count),
        status: code === 'lost_events' ? 'bad' : 'warn',
        ...(advice && { advice }),
      }
    }),
  ]
}

/** Below it nobody minds what is not given back. */
const minReusableBytes = 1e9

function databaseLine({ databaseBytes, reusableBytes }: OwnHealth['disk']): HealthLine {
  if (databaseBytes === null) return { name: 'Database file', value: 'none yet', status: 'good' }
  const reusable = reusableBytes ? `, ${formatBytes(reusableBytes)} of it for later rows` : ''
  const isMuch = (reusableBytes ?? 0) > Math.max(minReusableBytes, databaseBytes / 2)
  return {
    name: 'Database file',
    value: formatBytes(databaseBytes) + reusable,
    ...lineState(isMuch ? 'warn' : 'good', {
      warn: 'Most of it is what was deleted, and later rows fill that. Where the disk is short, downlink prune --compact gives it back.',
    }),
  }
}

function backupLine({ backup }: OwnHealth): HealthLine {
  if (backup === null) return { name: 'Backup', value: 'None is known: downlink backup makes one', status: 'good' }
  return {
    name: 'Backup',
    value: `${formatBytes(backup.bytes)}, made on ${formatDay(backup.at)} at ${formatClock(backup.at)}`,
    status: 'good',
  }
}

/** Whoever was forgotten may be in it still. */
function oldestBackupLines({ backups: [oldest, ...others] }: OwnHealth): readonly HealthLine[] {
  if (!oldest) return []
  const { at, deletedAt, deletedAfter, expectedAt } = oldest
  const about = expectedAt === null ? '' : `, about ${formatDay(expectedAt)} as they come now`
  const ends = [
    ...(deletedAt === null ? [] : [`on ${formatDay(deletedAt)}`]),
    ...(deletedAfter === null ? [] : [`once ${formatCount(deletedAfter)} newer were made${about}`]),
  ]
  const end = ends.length > 0 ? `deleted ${ends.join(', or sooner ')}` : 'deleted by nobody but you'
  return [{ name: 'Oldest backup', value: `of ${formatDay(at)}, one of ${1 + others.length}; ${end}`, status: 'good' }]
}

function retentionLine({ retention: { keepMs, maxBytes, lastRunAt, failures } }: OwnHealth): HealthLine {
  const limits = [
    ...(keepMs === null ? [] : [`no longer than ${formatSpan(keepMs)}`]),
    ...(maxBytes === null ? [] : [`no more than ${formatBytes(maxBytes)}`]),
  ]
  if (limits.length === 0)
    return { name: 'Retention', value: 'All is kept: start the collector with --keep to end that', status: 'good' }
  const run = lastRunAt === null ? 'has not run yet' : `last run at ${formatClock(lastRunAt)}`
  return {
    name: 'Retention',
    value: `${limits.join(', ')}; ${run}`,
    ...lineState(failures > 0 ? 'warn' : 'good', {
      warn: `${formatCount(failures)} runs failed since the start, and what is too old is kept until one works. The collector’s log lines say why: a full disk or a database that is away, most often.`,
    }),
  }
}

/** As of the last look at what is too old: at the start, and then each hour or sooner. */
function clockLine({ retention: { clockAheadMs } }: OwnHealth): HealthLine {
  if (clockAheadMs === 0) return { name: 'Clock', value: 'as far on as the collector has run', status: 'good' }
  return {
    name: 'Clock',
    value: `${formatSpan(clockAheadMs)} ahead of how long the collector has run`,
    ...lineState('bad', {
      bad: 'Look at the machine’s time, and set it where it is wrong: meanwhile events age by how long the collector has run, so that none is deleted early. Where it is right, for the collector was away for long, downlink prune --older-than 30d --trust-clock deletes what is older than that.',
    }),
  }
}

function otlpLines({ otlp }: OwnHealth): readonly HealthLine[] {
  if (!otlp) return []
  const { isUp, lag, sent, rejected, skipped, gaps } = otlp
  const isLate = lag.ms > badLagMs
  const behind = `${formatCounted(lag.events, 'event')}, ${formatBytes(lag.bytes)}, ${formatSpan(lag.ms)} behind`
  const lost = [
    ...(rejected > 0 ? [`${formatCount(rejected)} refused`] : []),
    ...(skipped > 0 ? [`${formatCount(skipped)} never sent`] : []),
    ...(gaps > 0 ? ['an unknown number never sent'] : []),
  ]
  const state = isUp && !isLate ? 'up to date' : `${isUp ? 'slow' : 'away'}, ${behind}`
  return [
    {
      name: 'OpenTelemetry',
      value: [state, `${formatCounted(sent, 'event')} sent`, ...lost].join('; '),
      ...lineState(isLate ? 'bad' : !isUp || lost.length > 0 ? 'warn' : 'good', {
        warn: isUp
          ? 'It lacks events for good; the database has them. The collector’s log lines say which, and why.'
          : 'It takes nothing now. Events wait in the log, and it is tried again; the collector’s log lines say why.',
        bad: 'Events wait in the log until the backend takes them, up to --otlp-backlog; then the oldest are not sent. See to the backend: the collector’s log lines say why.',
      }),
    },
  ]
}

const reportAdvice: Readonly<Record<string, string>> = {
  lost_events:
    'Events that were acknowledged are lost: the log was damaged. Ledgers say whose. Look at the disk, and see the guide on damaged data.',
  damaged_log:
    'A part of the log could not be read, and was stepped over. Look at the disk, and see the guide on damaged data.',
  missing_segment: 'A file of the log is gone: was the data folder copied or cleaned while the collector ran?',
  foreign_events: 'The database holds events that the log does not know: was one of the two put back from a backup?',
  unstorable_event: 'The database refused an event for its content. It is among the rejected ones, as unstorable.',
  unstorable_rejection: 'The database refused an event that was judged anew. It stays rejected.',
  store_unavailable: 'The database could not be written for a while. The collector’s log lines say why.',
}

const restartAdvice: Readonly<Record<string, string>> = {
  query_time: 'A query went on past its time: narrow it with WHERE.',
  memory: 'It ran out of memory: narrow queries, or give the machine more.',
  hung: 'It said nothing for half a minute: is the disk stuck, or the machine overloaded?',
  crash: 'It crashed: keep the collector’s log lines, and tell the makers.',
  open_failed: 'It could not open its data: stop the collector, and run downlink doctor.',
}

function adviceOnRestarts(
  restarts: NonNullable<LiveCounters['store']>['restarts'],
): Pick<HealthLine, 'status' | 'advice'> {
  const reasons = Object.keys(restarts).filter((reason) => (restarts[reason] ?? 0) > 0)
  if (reasons.length === 0) return { status: 'good' }
  const advice = reasons.map((reason) => restartAdvice[reason] ?? '').join(' ')
  return { status: 'warn', advice: `${advice} Nothing was lost.`.trim() }
}

const memoryText = ({ collectorBytes, storeBytes }: OwnHealth['memory']): string =>
  `${formatBytes(collectorBytes)} collector, ${storeBytes === null ? 'database not known' : `${formatBytes(storeBytes)} database`}`
