/** Records errors that nobody caught. Alike ones are one event with a count: a storm of them costs little, and each is counted. */
import { messageOf } from '@downlink/protocol'
import type { Telemetry } from '../create-telemetry.ts'
import type { AutoEvents } from './events.ts'
import { measured, type Part } from './instrument.ts'
import { withoutQueries } from './without-queries.ts'

type ErrorData = AutoEvents['error']

/** Comes with no harm: the browser goes on with its layout in the next frame. */
const harmless = /^ResizeObserver loop/

/** An extension of the browser is not the game. */
const foreign = /-extension:/

/** Errors and rejections that reach the window. */
export function errors(): Part<'error'> {
  /** For so long alike ones are only counted. */
  const reportIntervalMs = 10_000
  return (host) => {
    const { hear, report } = createErrorLog(host.telemetry)
    host.on('error', hear)
    host.on('unhandledrejection', hear)
    host.every(reportIntervalMs, () => host.isIdle || report())
    host.on('visibilitychange', report)
    host.on('pagehide', report)
    host.onStop(report)
  }
}

export interface ErrorLog {
  /** @param timestamp of one that happened before, in milliseconds since 1970 */
  hear(event: Event, timestamp?: number): void
  /** Tells how often alike ones happened since they were told of last. */
  report(): void
}

export function createErrorLog(telemetry: Pick<Telemetry<AutoEvents>, 'push' | 'recent'>): ErrorLog {
  /** Different ones in the time of a report; what is beyond is counted together. */
  const maxGroups = 20
  const breadcrumbCount = 10
  const groups = new Map<string, Group>()
  const others: Group = { data: { message: '(further errors)', kind: 'error' }, count: 0 }

  return {
    hear(event, timestamp) {
      const { type, message, filename, lineno, colno, error, reason } = event as ErrorEvent & PromiseRejectionEvent
      const isError = type === 'error'
      // An image that can't be loaded is an error event without a message.
      if (isError && (!message || harmless.test(message) || foreign.test(filename))) return
      const thrown = isError ? (error ?? message) : reason
      const known: Group['data'] = {
        message: withoutQueries(messageOf(thrown)),
        kind: isError ? 'error' : 'rejection',
        ...(isError && { source: `${withoutQueries(filename)}:${lineno}:${colno}` }),
      }
      // No stack in it: browsers write one when it is first read, which takes its time.
      const key = JSON.stringify(known)
      const group = groups.get(key) ?? (groups.size >= maxGroups && others)
      if (group) {
        group.count++
        return
      }
      const data = { ...known, ...textsOf(thrown) }
      groups.set(key, { data, count: 0 })
      const types = telemetry.recent(100).map((before) => before.type)
      const breadcrumbs = types.filter((before) => !measured.test(before)).slice(-breadcrumbCount)
      telemetry.push('error', { ...data, count: 1, breadcrumbs }, timestamp)
    },
    report() {
      for (const [key, group] of [...groups, ['', others] as const]) {
        const { count } = group
        const { stack, ...known } = group.data
        // What has stopped is told anew, with its stack, when it comes back.
        if (count) telemetry.push('error', { ...known, count })
        else groups.delete(key)
        group.count = 0
      }
    },
  }
}

interface Group {
  readonly data: Omit<ErrorData, 'count'>
  /** Since it was told of last. */
  count: number
}

/** Its class and its stack, where it has any; anything may be thrown, also what throws when it is looked at. */
function textsOf(thrown: unknown): Pick<ErrorData, 'name' | 'stack'> {
  const maxStackLength = 4000
  try {
    const { name, stack } = Object(thrown)
    return {
      ...(typeof name === 'string' && { name }),
      ...(typeof stack === 'string' && { stack: withoutQueries(stack, maxStackLength) }),
    }
  } catch {
    return {}
  }
}
