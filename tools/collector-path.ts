/**
 * Finds the built files that hand an event on in the collector: those on the stack when its batch is queued for a group,
 * when its bytes are written to the log, when they are read from there, and when its row is given to the database.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DuckDBAppender } from '@duckdb/node-api'
import WebSocket from 'ws'
import { root } from './node-tool.ts'
import { filesOnStack, noticeCalls } from './passed-files.ts'

/** A place in the log. */
interface Position {
  readonly segment: string
  readonly offset: number
}

const built = join(root, 'packages/collector/dist')
const load = (file: string) => import(pathToFileURL(join(built, file)).href)

/** In the order in which they are met. */
export async function filesFromSocketToDatabase(): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-path-'))
  const handle = await open(join(folder, 'a-file'), 'w+')
  const passed = new Set<string>()
  const releases = [
    noticeCalls(globalThis, 'setImmediate', passed),
    noticeCalls(Object.getPrototypeOf(handle), 'writev', passed),
    noticeCalls(Object.getPrototypeOf(handle), 'read', passed),
    noticeCalls(DuckDBAppender.prototype, 'appendDataChunk', passed),
  ]
  await handle.close()
  try {
    const { createCollector } = await load('index.js')
    const collector = createCollector({ data: folder, logger: false })
    const { telemetry } = await collector.listen({ port: 0 })
    const send = await openSocket(telemetry)
    await send(1)
    const before = await endOf(folder)
    passed.clear()
    await send(2)
    const taken = [...passed]
    const after = await endOf(folder)
    await collector.close()
    // Its store process has followed the log; another one, in this process, begins anew.
    await rm(join(folder, 'downlink.duckdb'))
    const follow = await openStore(folder, passed)
    await follow(before)
    passed.clear()
    await follow(after)
    return [...new Set([...taken, ...passed])]
  } finally {
    for (const release of releases) release()
    await rm(folder, { recursive: true, force: true })
  }
}

/** @returns sends an event, and resolves once it is acknowledged */
async function openSocket(address: string): Promise<(seq: number) => Promise<void>> {
  const socket = new WebSocket(address, 'downlink.v1')
  const answer = (): Promise<void> => new Promise((resolve) => socket.once('message', () => resolve()))
  await new Promise((resolve) => socket.once('open', resolve))
  const session = { session: randomUUID(), proof: randomBytes(16).toString('hex'), conn: 1, next: 1, pushed: 0 }
  socket.send(JSON.stringify({ t: 'hello', v: 1, now: Date.now(), ...session }))
  await answer()
  return (seq) => {
    const event = { type: 'tick', timestamp: Date.now(), data: { n: seq } }
    socket.send(JSON.stringify({ t: 'batch', seq, pushed: seq, events: [event] }))
    return answer()
  }
}

/** Where the log of a folder ends. */
async function endOf(folder: string): Promise<Position> {
  const { openLogFiles } = await load('log/log-files.js')
  const { listSegments } = await load('log/segment.js')
  const { key, bytes } = (await listSegments(await openLogFiles(join(folder, 'log')))).at(-1)
  return { segment: key, offset: bytes }
}

const ignore = (): void => {}
const silent = {
  level: 'silent',
  ...{ fatal: ignore, error: ignore, warn: ignore, info: ignore, debug: ignore, trace: ignore, silent: ignore },
  child: () => silent,
}

/** @returns resolves once the store has the log up to an end */
async function openStore(folder: string, passed: Set<string>): Promise<(end: Position) => Promise<void>> {
  const { openStorePipeline } = await load('store-pipeline.js')
  const { resolveQueryLimits } = await load('query/query-limits.js')
  let onApplied = (): void => {}
  const store = await openStorePipeline({
    settings: {
      ...{ dataFolder: folder, socketPath: '', query: resolveQueryLimits(), maxLogBytes: 1e9, lockTimeoutMs: 1000 },
      orders: { alone: undefined, oneByOne: undefined, culprits: [] },
    },
    logger: silent,
    loadViews: async () => [],
    watch: { isBanned: () => false, onRun: () => () => {} },
    onWork() {
      // Without the one that only names what is about to be written.
      for (const file of filesOnStack().slice(0, -1)) passed.add(file)
    },
    onApplied: () => onApplied(),
    ...{ onReport() {}, onCheckpoint() {}, onUnreachable() {} },
  })
  let count = 0
  return (end) => {
    const isApplied = new Promise<void>((resolve) => {
      onApplied = resolve
    })
    store.take({ count: ++count, atMs: Date.now(), end, opened: [], closed: [] })
    return isApplied
  }
}
