/** Starts a collector on a fresh folder, and clients that speak the wire by hand. */
import { randomBytes, randomUUID } from 'node:crypto'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CollectorOptions, createCollector, type Listening } from '@downlink/collector'
import type { ClientFrame, Hello, ServerFrame } from '@downlink/protocol'
import { DuckDBInstance } from '@duckdb/node-api'
import { pino } from 'pino'
import { afterAll, onTestFinished } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'
import { untilStoreIsUp, within } from './waits.ts'

export async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/**
 * A data folder that takes its time to be made: it is made once, and each test has a copy of its own.
 *
 * @param make fills an empty folder, and leaves it at rest
 * @returns makes a copy; beside its path stands what `make` has told of it
 */
export function aFolderOnce<Facts extends object>(
  make: (data: string) => Promise<Facts>,
): () => Promise<Facts & { readonly data: string }> {
  let original: Promise<{ readonly folder: string; readonly facts: Facts }> | undefined
  afterAll(async () => {
    if (original) await rm((await original).folder, { recursive: true, force: true })
  })
  const makeOriginal = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'downlink-'))
    return { folder, facts: await make(folder) }
  }
  return async () => {
    original ??= makeOriginal()
    const { folder, facts } = await original
    const data = await aFolder()
    await cp(folder, data, { recursive: true })
    return { ...facts, data }
  }
}

export async function aCollector(options: CollectorOptions = {}) {
  const data = options.data ?? (await aFolder())
  const collector = createCollector({ logger: false, ...options, data })
  onTestFinished(() => collector.close())
  const listening = await collector.listen({ port: 0 })
  await untilStoreIsUp(listening)
  return { collector, listening, data, stop }

  /** A close waits for three seconds; what is not stored by then is at the next start, which no reader of the file sees. */
  async function stop(): Promise<void> {
    await collector.query('SELECT 1').catch(() => {})
    await collector.close()
  }
}

/** One collector on a fresh folder, for tests that leave nothing in it which another would notice. */
export function aCollectorOnce(options: CollectorOptions = {}) {
  let running: ReturnType<typeof start> | undefined
  afterAll(async () => {
    if (!running) return
    const { collector, data } = await running
    await collector.close()
    await rm(data, { recursive: true, force: true })
  })
  async function start() {
    const data = await mkdtemp(join(tmpdir(), 'downlink-'))
    const collector = createCollector({ logger: false, ...options, data })
    const listening = await collector.listen({ port: 0 })
    await untilStoreIsUp(listening)
    return { collector, listening, data }
  }
  return () => (running ??= start())
}

/** A socket whose frames and close can be waited for, one after the other. */
export async function aSocket(url: string, protocols: string[] = [], options: ClientOptions = {}) {
  const socket = await openSocket(url, protocols, options)
  onTestFinished(() => socket.ws.terminate())
  return socket
}

async function openSocket(url: string, protocols: string[] = [], options: ClientOptions = {}) {
  const ws = new WebSocket(url, protocols, options)
  const frames: ServerFrame[] = []
  let last: ServerFrame | undefined
  let wake = () => {}
  ws.on('message', (data) => {
    last = JSON.parse(String(data)) as ServerFrame
    frames.push(last)
    wake()
  })
  const sinceLast = () => (last ? `after ${JSON.stringify(last)}` : 'as the first')
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.once('close', (code, reason) => {
      resolve({ code, reason: String(reason) })
      wake()
    })
  })
  ws.on('error', () => {})
  const answered = new Promise((resolve) => {
    ws.once('open', resolve)
    ws.once('close', resolve)
  })
  await within(answered, () => `an answer of ${url}`)
  return {
    ws,
    get closed() {
      return within(closed, () => `a close, ${sinceLast()}`)
    },
    sendText: (text: string) => ws.send(text),
    /** The next frame; rejects once the socket is closed. */
    async next(): Promise<ServerFrame> {
      for (;;) {
        const frame = frames.shift()
        if (frame) return frame
        if (ws.readyState === WebSocket.CLOSED) throw new Error(`closed ${JSON.stringify(await closed)}`)
        const more = new Promise<void>((resolve) => {
          wake = resolve
        })
        await within(more, () => `a frame, ${sinceLast()}`)
      }
    },
  }
}

export const aHello = (over: Partial<Hello> = {}): Hello => ({
  session: randomUUID(),
  proof: randomBytes(16).toString('hex'),
  conn: 1,
  next: 1,
  pushed: 0,
  now: Date.now(),
  ...over,
})

/** A client of `downlink.v1` that does only what it is told. */
export async function aClient(listening: Pick<Listening, 'telemetry'>, hello = aHello(), options: ClientOptions = {}) {
  const client = await openClient(listening, hello, options)
  onTestFinished(() => client.ws.terminate())
  return client
}

/** One that outlives its test. */
export async function openClient(
  { telemetry }: Pick<Listening, 'telemetry'>,
  hello: Hello,
  options: ClientOptions = {},
) {
  const socket = await openSocket(telemetry, ['downlink.v1'], options)
  const send = (frame: ClientFrame) => socket.sendText(JSON.stringify(frame))
  /** A slow machine takes longer than from one beat to the next. */
  const nextAnswer = async (): Promise<ServerFrame> => {
    for (;;) {
      const frame = await socket.next()
      if (frame.t !== 'beat') return frame
    }
  }
  return {
    ws: socket.ws,
    get closed() {
      return socket.closed
    },
    sendText: socket.sendText,
    next: socket.next,
    session: hello.session,
    send,
    hello(over: Partial<Hello> = {}) {
      send({ t: 'hello', ...hello, ...over })
      return nextAnswer()
    },
    batch(seq: number, events: readonly unknown[], pushed = seq + events.length - 1) {
      send({ t: 'batch', seq, pushed, events })
      return nextAnswer()
    },
  }
}

/** Reads a database at rest. */
export async function rowsOf(folder: string, sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(join(folder, 'downlink.duckdb'), { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  try {
    return (await connection.runAndReadAll(sql)).getRowsJS() as unknown[][]
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** Headers of a read that waits until all is stored which was acknowledged, for as long as a busy machine takes. */
export const onceStored = { prefer: 'wait=60' }

/** A `POST /telemetry`, with whatever body and headers. */
export const post = ({ url }: Pick<Listening, 'url'>, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${url}/telemetry`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain', ...headers },
    body: typeof body === 'string' || body instanceof Buffer ? (body as BodyInit) : JSON.stringify(body),
  })

/** A session that goes on through whatever happens beside it; tells whether all of it was stored. */
export async function aBystander(listening: Listening, data: string) {
  const client = await aClient(listening)
  await client.hello()
  let seq = 0
  const say = async () => {
    seq++
    const ack = await client.batch(seq, [{ type: 'bystander', timestamp: seq }])
    if (ack.t !== 'ack' || ack.seq !== seq) throw new Error(`Expected an ack of ${seq}, got ${JSON.stringify(ack)}`)
  }
  await say()
  return {
    session: client.session,
    get said() {
      return seq
    },
    say,
    /** Once the collector is closed. */
    stored: async () =>
      (await rowsOf(data, `SELECT count(*)::INT FROM events WHERE session_id = '${client.session}'`))[0]?.[0] === seq,
  }
}

/** A listener of `/api/live`, which reads server-sent events until one fits. */
export async function aListener(url: string, headers: Record<string, string> = {}) {
  const controller = new AbortController()
  onTestFinished(() => controller.abort())
  const response = await fetch(`${url}/api/live`, { headers, signal: controller.signal })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    response,
    leave: () => controller.abort(),
    async next<Data>(type: string, fits: (data: Data) => boolean = () => true): Promise<Data> {
      for (;;) {
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const message = text.slice(0, end)
          text = text.slice(end + 2)
          if (!message.startsWith(`event: ${type}\n`)) continue
          const data = JSON.parse(message.split('\ndata: ')[1] ?? '')
          if (fits(data)) return data
        }
        const more = reader?.read() ?? Promise.resolve({ done: true, value: '' })
        const { done, value } = await within(more, () => `another message of ${url}/api/live, such as ${type}`)
        if (done) throw new Error('The stream has ended')
        text += value
      }
    },
    async ended() {
      const end = async () => {
        while (!(await reader?.read())?.done) {}
        return true
      }
      return within(end(), () => `the end of ${url}/api/live`)
    },
  }
}

/** Says nothing. */
export const silentLogger = pino({ level: 'silent' })
