/** Client, accepted and committed sequence, lossy link, beacons, crashes, restored backups: whatever happens, the ledger is right. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { capacity, createWorld, type World } from './world.ts'

const runs = 1500

/** One thing that happens, with the words that a counterexample shows. */
interface Act {
  readonly words: string
  readonly run: (world: World, memory: Memory) => void | Promise<void>
}

/** What the test remembers of the run. */
interface Memory {
  readonly pushed: string[]
  backup: ReturnType<World['disk']>
  restored: boolean
}

const act = (words: string, run: Act['run']): Act => ({ words, run })

const few = fc.integer({ min: 1, max: 12 })

const push = (world: World, memory: Memory, type: string, data: unknown): void => {
  const before = world.telemetry.stats().pushed
  world.telemetry.push(type, data)
  // While telemetry is off nothing is pushed.
  if (world.telemetry.stats().pushed > before) memory.pushed.push(type)
}

const unencodable = {
  toJSON() {
    throw new Error('no')
  },
}

const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: few.map((count) =>
      act(`push ${count}`, (world, memory) => {
        for (let i = 0; i < count; i++) push(world, memory, 'shot', { n: memory.pushed.length + 1 })
      }),
    ),
  },
  { weight: 1, arbitrary: fc.constant(act('push private', (world, memory) => push(world, memory, 'private', {}))) },
  {
    weight: 1,
    arbitrary: fc.constant(act('push unencodable', (world, memory) => push(world, memory, 'huge', unencodable))),
  },
  {
    weight: 5,
    arbitrary: fc.integer({ min: 1, max: 1500 }).map((ms) => act(`wait ${ms}`, (world) => world.wait(ms))),
  },
  { weight: 6, arbitrary: few.map((frames) => act(`up ${frames}`, (world) => world.deliverUp(frames))) },
  { weight: 6, arbitrary: few.map((frames) => act(`down ${frames}`, (world) => world.deliverDown(frames))) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('hidden', 'visible', 'pagehide', 'pageshow')
      .map((signal) => act(signal, (world) => world.signal(signal))),
  },
  {
    weight: 3,
    arbitrary: fc
      .boolean()
      .map((answered) => act(answered ? 'beacon, answered' : 'beacon', (world) => world.deliverBeacon(answered))),
  },
  { weight: 1, arbitrary: fc.constant(act('lose beacon', (world) => world.loseBeacon())) },
  {
    weight: 1,
    arbitrary: fc.boolean().map((on) => act(on ? 'online' : 'offline', (world) => world.setOnline(on))),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((on) => act(on ? 'switch on' : 'switch off', (w) => w.telemetry.setEnabled(on))),
  },
  { weight: 5, arbitrary: fc.constant(act('commit', (world) => world.commit(true))) },
  { weight: 1, arbitrary: fc.constant(act('fail to commit', (world) => world.commit(false))) },
  { weight: 2, arbitrary: fc.constant(act('cut', (world) => world.cut())) },
  { weight: 1, arbitrary: fc.constant(act('kill', (world) => world.restart())) },
)

const backUp = act('back up', (world, memory) => {
  memory.backup = world.disk()
})
const restore = act('restore', (world, memory) => {
  memory.restored = true
  world.restart(memory.backup)
})
const actsAndRestores = fc.oneof(
  { weight: 20, arbitrary: acts },
  { weight: 1, arbitrary: fc.constantFrom(backUp, restore) },
)

function expectBalance({ telemetry }: World): void {
  const { pushed, acked, queued, inFlight, dropped } = telemetry.stats()
  const given = Object.values(dropped).reduce((sum, count) => sum + count, 0)
  expect(acked + queued + inFlight + given).toBe(pushed)
  expect(Math.min(acked, queued, inFlight)).toBeGreaterThanOrEqual(0)
  expect(queued + inFlight).toBeLessThanOrEqual(capacity)
}

/** Everything works again, until there is nothing left to do. */
async function heal(world: World): Promise<void> {
  world.setOnline(true)
  world.telemetry.setEnabled(true)
  world.signal('pageshow')
  for (let round = 0, quiet = 0; round < 300; round++) {
    world.wait(250)
    for (const half of [world.deliverUp, world.deliverDown]) {
      half(100)
      await world.settle()
      world.commit(true)
      await world.settle()
    }
    const committedSeq = world.disk().sessions.get(world.telemetry.sessionId)?.committedSeq ?? 0
    const { pushed, queued, inFlight } = world.telemetry.stats()
    const isQuiet = world.telemetry.status().status === 'open' && queued + inFlight === 0 && committedSeq === pushed
    quiet = isQuiet ? quiet + 1 : 0
    if (quiet > 1) return
  }
  throw new Error(
    `Expected all to be settled, got ${JSON.stringify([world.telemetry.stats(), world.telemetry.status()])}`,
  )
}

async function play(script: readonly Act[], seed: number): Promise<void> {
  const world = createWorld(seed)
  const memory: Memory = { pushed: [], backup: world.disk(), restored: false }
  world.telemetry.start()
  for (const act of script) {
    await act.run(world, memory)
    await world.settle()
    expectBalance(world)
  }
  await heal(world)
  expectBalance(world)

  const { telemetry } = world
  const record = world.disk().sessions.get(telemetry.sessionId)
  if (!record) {
    // Who pushed nothing leaves no trace.
    expect(memory.pushed).toEqual([])
    telemetry.stop()
    return
  }
  const counted = (counts: object): number => Object.values(counts).reduce((sum, count) => sum + Number(count), 0)
  const events = world.disk().events.filter(({ sessionId }) => sessionId === telemetry.sessionId)
  expect(events.map(({ seq }) => seq)).toEqual([...new Set(events.map(({ seq }) => seq))].sort((a, b) => a - b))
  for (const { seq, event } of events)
    expect([event.type, JSON.parse(event.json)]).toEqual([memory.pushed[seq - 1], { n: seq }])
  expect(record.stored).toBe(events.length)
  expect(record.stored + counted(record.rejected) + counted(record.dropped) + record.missing).toBe(record.pushed)
  expect(record.pushed).toBe(memory.pushed.length)
  if (!memory.restored) {
    expect(record.missing).toBe(0)
    expect(telemetry.stats().dropped).toEqual(record.dropped)
  }
  telemetry.stop()
}

const script = (act: fc.Arbitrary<Act>) => fc.tuple(fc.array(act, { maxLength: 60, size: 'max' }), fc.nat())

it('loses nothing and stores nothing twice', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(script(acts), ([acts, seed]) => play(acts, seed)),
    { numRuns: runs },
  )
})

it('counts what a restored backup has lost as missing', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(script(actsAndRestores), ([acts, seed]) => play(acts, seed)),
    { numRuns: runs / 5 },
  )
})
