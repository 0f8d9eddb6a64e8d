/** Judges what is of a collector's own process, whatever log and database it has. */
import type { Health } from '@downlink/collector'
import { formatCount, formatDuration } from '../format.ts'
import { type HealthLine, type HealthStatus, lineState } from './health-line.ts'

const commitMs = { warn: 100, bad: 1000 }

export function checkCommits({ commits, cluster }: Health): readonly HealthLine[] {
  const advice = cluster === null ? ownAdvice : sharedAdvice
  return [
    {
      name: 'Commits',
      value:
        commits.p99Ms === null
          ? 'none in the last ten seconds'
          : `${formatDuration(commits.medianMs ?? 0)}, 99 of 100 below ${formatDuration(commits.p99Ms)}`,
      ...lineState(above(commits.p99Ms ?? 0, commitMs), advice.slow),
    },
    {
      name: 'Failed commits',
      value: formatCount(commits.failed),
      ...lineState(commits.failed > 0 ? 'warn' : 'good', { warn: advice.failed }),
    },
  ]
}

const above = (value: number, limits: typeof commitMs): HealthStatus =>
  value > limits.bad ? 'bad' : value > limits.warn ? 'warn' : 'good'

const ownAdvice = {
  slow: {
    warn: 'The disk syncs slowly, or is shared with others.',
    bad: 'The disk syncs so slowly that acknowledgements wait for seconds: put the data folder on a local disk of its own.',
  },
  failed:
    'The log could not be written, and clients kept their events. The collector’s log lines say why: a full disk, most often.',
}

const sharedAdvice = {
  slow: {
    warn: 'NATS answers slowly: its servers are busy, or far from this collector.',
    bad: 'NATS answers so slowly that acknowledgements wait for seconds: look at the load and the disks of its servers, and at the way to them.',
  },
  failed:
    'The stream did not take it, and clients kept their events: a server of NATS was away, one was elected, or the stream was full. The collector’s log lines say which.',
}

/** The rest is in the API's answer. */
const shownWarnings = 3

export function schemaWarningLines({ schemaWarnings }: Health): readonly HealthLine[] {
  const [commonest] = schemaWarnings
  if (commonest === undefined) return []
  const events = schemaWarnings.reduce((sum, warning) => sum + warning.events, 0)
  const shown = schemaWarnings
    .slice(0, shownWarnings)
    .map((warning) => `${warning.type} (${warning.code}) ${formatCount(warning.events)}`)
  const more = schemaWarnings.length > shownWarnings ? ', and others' : ''
  return [
    {
      name: 'Schema warnings',
      value: `${formatCount(events)} stored though no schema accepts them: ${shown.join(', ')}${more}`,
      status: 'warn',
      advice: `Of ${commonest.type}: ${commonest.message.replace(/[.]$/, '')}. Correct the game or its definitions; until then the type’s view has null in place of what does not fit.`,
    },
  ]
}
