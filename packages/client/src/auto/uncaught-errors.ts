/** Records errors that nobody caught. Alike ones are one event with a count: a storm of them costs little, and each is counted. */
import { messageOf } from '@downlink/protocol'
import type { AutoEvents } from './events.ts'
import { measured, type Part } from './instrument.ts'
import { withoutQueries } from './without-queries.ts'

type ErrorData = AutoEvents['error']

/** For so long alike ones are only counted. */
const reportIntervalMs = 10_000

/** Different ones in that time; what is beyond is counted together. */
const maxGroups = 20

const breadcrumbCount = 10
const maxStackLength = 4000

/** Comes with no harm: the browser goes on with its layout in the next frame. */
const harmless = /^ResizeObserver loop/

/** An extension of the browser is not the game. */
const foreign = /-extension:/

/** Errors and rejections that reach the window. */
export function errors(): Part<'error'> {
  return (host) => {
    const { telemetry, on, every, onStop } = host
    const groups = new Map<string, Group>()
    const others: Group = { data: { message: '(further errors)', kind: 'error' }, count: 0 }

    function add(kind: ErrorData['kind'], thrown: unknown, message: string, source = ''): void {
      // No stack in it: browsers write one when it is first read, which takes its time.
      const key = kind + message + source
      const known = groups.get(key) ?? (groups.size < maxGroups ? undefined : others)
      if (known) {
        known.count++
        return
      }
      const data = { message, kind, ...(source && { source }), ...textsOf(thrown) }
      groups.set(key, { data, count: 0 })
      telemetry.push('error', { ...data, count: 1, breadcrumbs: breadcrumbs() })
    }

    function report(): void {
      for (const [key, group] of [...groups, ['', others] as const]) {
        // What has stopped is told anew, with its stack, when it comes back.
        if (!group.count) groups.delete(key)
        else {
          const { stack, ...known } = group.data
          telemetry.push('error', { ...known, count: group.count })
          group.count = 0
        }
      }
    }

    const breadcrumbs = (): string[] =>
      telemetry
        .recent(100)
        .map(({ type }) => type)
        .filter((type) => !measured.test(type))
        .slice(-breadcrumbCount)

    on('error', (event) => {
      const { message, filename, lineno, colno, error } = event as ErrorEvent
      // An image that can't be loaded is an error event without a message.
      if (!message || harmless.test(message) || foreign.test(filename)) return
      add('error', error, shortMessageOf(error ?? message), `${withoutQueries(filename)}:${lineno}:${colno}`)
    })
    on('unhandledrejection', (event) => {
      const { reason } = event as PromiseRejectionEvent
      add('rejection', reason, shortMessageOf(reason))
    })
    every(reportIntervalMs, () => host.isIdle || report())
    on('visibilitychange', report)
    on('pagehide', report)
    onStop(report)
  }
}

interface Group {
  readonly data: Omit<ErrorData, 'count'>
  /** Since it was told of last. */
  count: number
}

const shortMessageOf = (thrown: unknown): string => withoutQueries(messageOf(thrown))

/** Its class and its stack, where it has any; anything may be thrown, also what throws when it is looked at. */
function textsOf(thrown: unknown): Pick<ErrorData, 'name' | 'stack'> {
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
