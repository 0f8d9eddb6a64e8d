/** Measures what one `push` costs, in nanoseconds, beside a bare array and a store that copies its array, as many do. */
import { createTelemetry } from '@downlink/client'

const capacity = 5000
const rounds = 101

interface Contestant {
  readonly push: (data: object) => void
  /** Between two rounds. */
  readonly reset: () => void
}

/** Median over rounds of the time of one call; the first half of the rounds is the compiler's. */
function measure({ push, reset }: Contestant, pushes = capacity): number {
  const times = Array.from({ length: rounds }, () => {
    const startedMs = performance.now()
    for (let i = 0; i < pushes; i++) push({ shipId: 'red-1', team: 'red', n: i })
    const ns = ((performance.now() - startedMs) * 1e6) / pushes
    reset()
    return ns
  })
  const warm = times.slice(rounds >> 1).sort((a, b) => a - b)
  return warm[warm.length >> 1] ?? Number.NaN
}

/** As in production, where nothing is frozen; not started, so that nothing is sent. */
function downlink(reset: (telemetry: ReturnType<typeof createTelemetry>) => void): Contestant {
  const telemetry = createTelemetry({ enabled: true, capacity, environment: { development: undefined } })
  const { push } = telemetry
  return { push: (data) => push('bullet_fired', data), reset: () => reset(telemetry) }
}

function bareArray(): Contestant {
  let events: object[] = []
  return {
    push: (data) => void events.push({ type: 'bullet_fired', timestamp: Date.now(), data }),
    reset: () => {
      events = []
    },
  }
}

function copyingStore(): Contestant {
  let events: readonly object[] = Array.from({ length: capacity }, () => ({}))
  return {
    push: (data) => {
      events = [...events, { type: 'bullet_fired', timestamp: Date.now(), data }].slice(-capacity)
    },
    reset: () => {},
  }
}

const peer = measure(bareArray())
const show = (name: string, ns: number): void =>
  console.log(
    `${name.padEnd(38)}${ns.toFixed(0).padStart(8)} ns  ${(ns / peer).toFixed(2).padStart(7)} × the bare array`,
  )

show('array push', peer)
show('downlink, with room', measure(downlink(({ buffer }) => void buffer.drain(capacity))))
show('downlink, full: the oldest gives way', measure(downlink(() => {})))
show(`a store that copies, at ${capacity}`, measure(copyingStore(), 50))
