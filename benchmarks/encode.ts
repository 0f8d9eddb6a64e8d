/** Measures what encoding an event costs, in nanoseconds, beside bare `JSON.stringify` and one with a replacer. */
import { encodeJson } from '@downlink/protocol'

const rounds = 61
const runs = 2000

const events = {
  'a shot': {
    type: 'bullet_fired',
    timestamp: 1767225600000,
    data: { shipId: 'red-1-12', team: 'red', x: 123.4, y: 78.9 },
  },
  'a hundred positions': {
    type: 'frame',
    timestamp: 1767225600000,
    data: { positions: Array.from({ length: 100 }, (_, n) => n * 1.5), ships: { red: { alive: [1, 2, 3] } } },
  },
  'a Map and a NaN': {
    type: 'score',
    timestamp: 1767225600000,
    data: { best: new Map([['red', 5]]), ratio: Number.NaN },
  },
}

/** Median over rounds of the time of one call; the first half of the rounds is the compiler's. */
function measure(encode: () => unknown): number {
  const times = Array.from({ length: rounds }, () => {
    const startedMs = performance.now()
    for (let run = 0; run < runs; run++) encode()
    return ((performance.now() - startedMs) * 1e6) / runs
  })
  const warm = times.slice(rounds >> 1).sort((a, b) => a - b)
  return warm[warm.length >> 1] ?? Number.NaN
}

/** What a replacer would do of the rule, for numbers alone. */
const replacer = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? `${value}` : value

for (const [name, event] of Object.entries(events)) {
  const peer = measure(() => JSON.stringify(event))
  const show = (how: string, ns: number): void =>
    console.log(
      `${`${name}, ${how}`.padEnd(38)}${ns.toFixed(0).padStart(8)} ns  ${(ns / peer).toFixed(2).padStart(7)} × JSON.stringify`,
    )
  show('JSON.stringify', peer)
  show(
    'with a replacer',
    measure(() => JSON.stringify(event, replacer)),
  )
  show(
    'downlink',
    measure(() => encodeJson(event)),
  )
}
