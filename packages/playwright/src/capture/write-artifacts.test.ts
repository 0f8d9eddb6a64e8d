import { type ExportMetrics, TelemetryArtifactWriterAdapter } from '@downlink/artifacts'
import { expect, it } from 'vitest'
import { writeAndNotify, writeArtifacts } from './write-artifacts.ts'

const artifacts = [{ section: 's', filename: 'a.json', mimeType: 'application/json', content: '{}' }]
const context = { wave: 3 }

/** As EventBus is: `on` returns its unsubscribe. */
function aBus(listens: boolean) {
  const told: [string, unknown][] = []
  const listeners = new Set<(payload: unknown) => void>()
  const on = (_events: string, listener: (payload: unknown) => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const emit = (event: string, payload: unknown) => {
    told.push([event, payload])
    for (const listener of listeners) listener(payload)
  }
  return { told, listeners, bus: listens ? { emit, on } : { emit } }
}

const silent = { warn() {} }
const failing = () => Promise.reject(new Error('no'))

it('tells a bus that the adapter does not know', async () => {
  for (const listens of [true, false]) {
    const { told, bus, listeners } = aBus(listens)
    const adapter = new TelemetryArtifactWriterAdapter({ writers: [{ memory: true }, failing], logger: silent })
    await writeAndNotify(adapter, artifacts, context, bus, 1000)
    expect(told).toMatchObject([
      ['telemetry:artifact_failed', { filename: 'a.json', context }],
      ['telemetry:artifacts_written', { written: [{ filename: 'a.json' }], context }],
    ])
    expect(listeners.size).toBe(0)
  }
})

it('does not repeat what the adapter tells the bus itself', async () => {
  const { told, bus } = aBus(true)
  const adapter = new TelemetryArtifactWriterAdapter({ writers: [{ memory: true }], eventBus: bus })
  await writeAndNotify(adapter, artifacts, context, bus, 1000)
  expect(told.map(([event]) => event)).toEqual(['telemetry:artifacts_written'])
})

it('bears a bus that throws, and says nothing where nothing was written', async () => {
  const adapter = new TelemetryArtifactWriterAdapter({ writers: [{ memory: true }], logger: silent })
  const broken = {
    emit() {
      throw new Error('no')
    },
  }
  expect(await writeAndNotify(adapter, artifacts, context, broken, 1000)).toMatchObject({ attempted: 1, failures: [] })
  const { told, bus } = aBus(true)
  await writeAndNotify(adapter, [], context, bus, 1000)
  expect(told).toEqual([])
})

it.each([
  ['rejects', async () => Promise.reject(new Error('gone')), 'gone'],
  ['throws what is no error', async () => Promise.reject('gone'), 'gone'],
  ['resolves to nothing', async () => undefined, 'Expected the adapter to resolve to its metrics'],
  ['hangs', () => new Promise(() => {}), 'The adapter was not done within 20 ms'],
])('has metrics also of an adapter that %s', async (_what, writeWith, message) => {
  const adapter = { writeArtifacts: writeWith as unknown as () => Promise<ExportMetrics> }
  expect(await writeArtifacts(adapter, artifacts, context, 20)).toMatchObject({
    attempted: 1,
    written: [],
    failures: [{ filename: 'a.json', code: 'write_failed', message }],
  })
})
