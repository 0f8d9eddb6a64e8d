import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Telemetry } from '../create-telemetry.ts'
import { createTestTelemetry } from '../test-doubles.ts'
import { attachWorker, createWorkerTelemetry, type WorkerTelemetry } from './worker-telemetry.ts'

interface FakeWorker {
  /** As the page has it. */
  readonly worker: EventTarget
  /** As it is made in the worker itself. */
  create(): WorkerTelemetry
  /** Posts a message of the game. */
  post(message: unknown): void
}

function createFakeWorker(): FakeWorker {
  const worker = new EventTarget()
  const postMessage = (data: unknown): void => void worker.dispatchEvent(new MessageEvent('message', { data }))
  return { worker, create: () => createWorkerTelemetry({ postMessage }), post: postMessage }
}

const detaching: (() => void)[] = []

afterEach(() => {
  for (const detach of detaching.splice(0)) detach()
})

function attached(options = {}): FakeWorker & { readonly telemetry: Telemetry; readonly inWorker: WorkerTelemetry } {
  const { telemetry } = createTestTelemetry(options)
  const fake = createFakeWorker()
  detaching.push(attachWorker(fake.worker, telemetry))
  return { ...fake, telemetry, inWorker: fake.create() }
}

const settled = (telemetry: Telemetry, pushed: number): Promise<void> =>
  vi.waitFor(() => expect(telemetry.stats().pushed).toBe(pushed))

describe('what a worker pushes', () => {
  it('is pushed by the page, in its order, with the time at which it happened', async () => {
    const { telemetry, inWorker } = attached()
    const beganMs = Date.now()
    for (let n = 1; n <= 100; n++) inWorker.push('tick', { n })
    inWorker.push('own_time', {}, 1_700_000_000_000)
    inWorker.push('bare')
    const endedMs = Date.now()
    await settled(telemetry, 102)
    const events = telemetry.buffer.peek(200)
    expect(events.slice(0, 100).map(({ data }) => data)).toEqual(
      Array.from({ length: 100 }, (_, at) => ({ n: at + 1 })),
    )
    for (const { timestamp } of events.slice(0, 100)) {
      expect(timestamp).toBeGreaterThanOrEqual(beganMs - 1)
      expect(timestamp).toBeLessThanOrEqual(endedMs)
    }
    expect(events.slice(100)).toMatchObject([
      { type: 'own_time', data: {}, timestamp: 1_700_000_000_000 },
      { type: 'bare', data: undefined },
    ])
  })

  it('is as it was at the push, whatever becomes of its payload', async () => {
    const { telemetry, inWorker } = attached()
    const pooled = { x: 1 }
    inWorker.push('moved', pooled)
    pooled.x = 2
    inWorker.push('moved', pooled)
    await settled(telemetry, 2)
    expect(telemetry.buffer.peek(2).map(({ data }) => data)).toEqual([{ x: 1 }, { x: 2 }])
  })

  it('becomes in JSON what it becomes elsewhere', async () => {
    const { telemetry, inWorker } = attached()
    inWorker.push('odd', { map: new Map([['a', 1]]), big: 10n, nothing: () => {}, nan: Number.NaN })
    await settled(telemetry, 1)
    expect(telemetry.buffer.peek(1)[0]?.data).toEqual({ map: [['a', 1]], big: '10', nan: 'NaN' })
  })

  it('throws nothing where its type is no text', async () => {
    const { telemetry, inWorker } = attached()
    inWorker.push(Symbol('no type') as never)
    inWorker.push('after')
    await settled(telemetry, 1)
    expect(telemetry.buffer.peek(1)[0]?.type).toBe('after')
  })

  it('throws nothing, and is counted, where it can be encoded by nobody', async () => {
    const { telemetry, inWorker } = attached({ copy: true })
    const circle: { self?: unknown } = {}
    circle.self = circle
    inWorker.push('circle', circle)
    inWorker.push('after', {})
    await settled(telemetry, 2)
    expect(telemetry.stats().dropped).toEqual({ unencodable: 1 })
  })

  it('has the context and the labels that the worker has set before', async () => {
    const { telemetry, inWorker } = attached()
    telemetry.setContext({ level: 1, mode: 'easy' })
    inWorker.setContext({ level: 2, mode: undefined })
    inWorker.identify('ann')
    inWorker.push('first')
    inWorker.setContext({ broken: () => {} } as never)
    inWorker.setLabels({ team: 'red' })
    inWorker.identify()
    inWorker.push('second')
    await settled(telemetry, 2)
    expect(telemetry.buffer.peek(2)).toMatchObject([
      { context: { level: 2 }, labels: { player: 'ann' } },
      { context: { level: 2 }, labels: { team: 'red' } },
    ])
    expect(telemetry.buffer.peek(1)[0]?.context).toEqual({ level: 2 })
  })

  it('is not recorded while telemetry is off', async () => {
    const { telemetry, inWorker } = attached()
    telemetry.setEnabled(false)
    inWorker.push('unheard')
    await new Promise((resolve) => setTimeout(resolve, 20))
    telemetry.setEnabled(true)
    inWorker.push('heard')
    await settled(telemetry, 1)
    expect(telemetry.buffer.peek(1)[0]?.type).toBe('heard')
  })
})

it("leaves the game's own messages alone, and keeps its own from the game", () => {
  const { telemetry } = createTestTelemetry()
  const { worker, create, post } = createFakeWorker()
  detaching.push(attachWorker(worker, telemetry))
  const heard: unknown[] = []
  worker.addEventListener('message', (event) => heard.push((event as MessageEvent).data))
  for (const message of [null, 7, 'ready', { downlink: 'no port' }]) post(message)
  create()
  expect(heard).toEqual([null, 7, 'ready', { downlink: 'no port' }])
})

it("is nobody's once it is detached", async () => {
  const { telemetry } = createTestTelemetry()
  const { worker, create } = createFakeWorker()
  const detach = attachWorker(worker, telemetry)
  const inWorker = create()
  inWorker.push('first')
  await settled(telemetry, 1)
  detach()
  inWorker.push('second')
  create().push('third')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(telemetry.stats().pushed).toBe(1)
})
