/**
 * Rounds of damage: a real collector and its clients, a kill or an end, damage to the files of its log and its database,
 * and a start after it. What was acknowledged and is sound somewhere is there, once; the rest is told; it all goes on.
 *
 * DAMAGE_ROUNDS=100 runs a hundred of them, DAMAGE_SEED=n begins at another.
 */
import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { diagnose } from '@downlink/collector/doctor'
import { describe, expect, it } from 'vitest'
import { decodeWrite } from '../dist/commit/session-write.js'
import { isSessionEntry } from '../dist/log/entry.js'
import { openLogFiles } from '../dist/log/log-files.js'
import { readLog } from '../dist/log/read-log.js'
import { listSegments } from '../dist/log/segment.js'
import { startCollector } from './collector-process.ts'
import { flip, handshake, noise, overwrite } from './damage.ts'
import { aFolder, aHello, rowsOf } from './harness.ts'
import { type Random, seeded } from './seeded.ts'

const rounds = Number(process.env.DAMAGE_ROUNDS ?? 2)
const firstSeed = Number(process.env.DAMAGE_SEED ?? 1)
/** The issue of a start is that it comes; on a machine that is busy with other tests it takes its time. */
const startBoundMs = 60_000

const below = (random: Random, bound: number): number => Math.floor(random() * bound)

function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[below(random, items.length)] as Item
}

interface Player {
  readonly hello: ReturnType<typeof aHello>
  /** Sequences given out. */
  pushed: number
  acked: number
  conn: number
}

const eventOf = (seq: number) => ({ type: 'a', timestamp: seq, data: { seq, noise: noise(seq, 300) } })

/** Sends batches, each acknowledged but perhaps the last; resends what was not. */
async function play(telemetry: string, player: Player, random: Random, lastWaits: boolean): Promise<void> {
  player.conn++
  const place = { conn: player.conn, next: player.acked + 1, pushed: player.pushed }
  const { client, welcome } = await handshake(telemetry, { ...player.hello, ...place })
  if (welcome.t !== 'welcome') throw new Error(`Expected a welcome, got ${JSON.stringify(welcome)}`)
  player.acked = welcome.ack
  const batches = 2 + below(random, 5)
  for (let batch = 0; batch < batches; batch++) {
    const from = player.acked + 1
    player.pushed = Math.max(player.pushed, player.acked + 1 + below(random, 40))
    const events = Array.from({ length: player.pushed - player.acked }, (_, at) => eventOf(from + at))
    if (batch === batches - 1 && !lastWaits) {
      client.send({ t: 'batch', seq: from, pushed: player.pushed, events })
      break
    }
    const ack = await client.batch(from, events, player.pushed)
    if (ack.t !== 'ack') throw new Error(`Expected an ack, got ${JSON.stringify(ack)}`)
    player.acked = ack.seq
  }
  client.ws.close()
}

const key = (sessionId: string, seq: number): string => `${sessionId}:${seq}`

/** Events in sound entries of a log at rest. */
async function eventsOfLog(data: string): Promise<readonly string[]> {
  const files = await openLogFiles(join(data, 'log'))
  const last = (await listSegments(files)).at(-1)
  const found: string[] = []
  if (!last) return found
  for await (const record of readLog(files, undefined, { segment: last.key, offset: last.bytes })) {
    if (record.kind !== 'entry' || !isSessionEntry(record.entry)) continue
    const { sessionId, batches } = decodeWrite(record.entry)
    for (const { events } of batches) for (const { seq } of events.decode()) found.push(key(sessionId, seq))
  }
  return found
}

/** Events in a database's file, without its write-ahead log. */
async function eventsOfFile(file: string): Promise<readonly string[]> {
  const folder = await aFolder()
  await copyFile(file, join(folder, 'downlink.duckdb'))
  const rows = await rowsOf(folder, 'SELECT session_id, seq::INT FROM events').catch(() => [])
  return rows.map(([sessionId, seq]) => key(String(sessionId), Number(seq)))
}

interface Damaged {
  readonly what: string
  readonly isOlderFile: boolean
  /** The database's file is not what it was in places that a copy of its headers can't mend. */
  readonly costsFile: boolean
}

const headersBytes = 12_288

/** Damages one file, in one way. */
async function damage(data: string, older: string, random: Random): Promise<Damaged> {
  const database = join(data, 'downlink.duckdb')
  const log = (await readdir(join(data, 'log'))).map((name) => join(data, 'log', name))
  const segments = log.filter((name) => name.endsWith('.log'))
  const beside = [`${database}.wal`, `${database}.headers`].filter((path) => existsSync(path))
  const path = pick(
    random,
    [database, database, ...beside, ...segments, ...log].filter((name) => existsSync(name)),
  )
  const { size } = await stat(path)
  const name = path.slice(data.length + 1)
  const place = pick(random, ['head', 'middle', 'tail'] as const)
  const at = {
    head: below(random, Math.min(size, 200)),
    middle: below(random, size),
    tail: Math.max(0, size - 1 - below(random, 200)),
  }
  const from = path === database && place === 'head' ? below(random, headersBytes) : at[place]
  const kind = pick(random, [
    'flipped',
    'zeroed',
    'garbage',
    'torn',
    'truncated',
    'missing',
    'swapped',
    'extended',
  ] as const)
  const bytes = 1 + below(random, 5000)
  switch (kind) {
    case 'flipped':
      await flip(path, from)
      break
    case 'zeroed':
    case 'garbage':
      await overwrite(path, from, bytes, kind === 'zeroed' ? 0 : 0xab)
      break
    case 'torn':
      await truncate(path, Math.max(0, size - 1 - below(random, 300)))
      break
    case 'truncated':
      await truncate(path, below(random, size))
      break
    case 'extended':
      await overwrite(path, size, 65_536, pick(random, [0, 0xab]))
      break
    case 'missing':
      await rm(path)
      break
    case 'swapped':
      // One that there was not yet is gone.
      await rm(path)
      if (existsSync(join(older, name))) await copyFile(join(older, name), path)
  }
  const isOfHeaders = ['flipped', 'zeroed', 'garbage'].includes(kind) && from + bytes < headersBytes
  return {
    what: `${kind} ${name} at ${from} of ${size}`,
    isOlderFile: path === database && kind === 'swapped',
    costsFile: path === database && !['extended', 'swapped'].includes(kind) && !isOfHeaders,
  }
}

interface Account {
  readonly sequences: readonly number[]
  /** As the events' own data tells them. */
  readonly ownSequences: readonly number[]
  readonly committedSeq: number
  readonly pushed: number
  readonly stored: number
  readonly missing: number
}

/** What the database has of a session, once it has followed the log so far. */
async function accountOf(url: string, session: string, committedSeq: number): Promise<Account> {
  const sql = `SELECT * FROM (SELECT committed_seq::INT, pushed::INT, stored::INT, missing::INT FROM sessions
      WHERE session_id = '${session}'),
    (SELECT list(seq::INT ORDER BY seq), list((data->>'seq')::INT ORDER BY seq) FROM events WHERE session_id = '${session}')`
  for (;;) {
    const answer = await fetch(`${url}/api/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql }),
    })
    const { rows, error } = (await answer.json()) as {
      rows?: [number, number, number, number, number[], number[]][]
      error?: { readonly code: string }
    }
    // It may open the database anew.
    if (!rows && error?.code === 'store_unavailable') continue
    if (!rows) throw new Error(`Expected rows, got ${JSON.stringify(error)}`)
    const [[reached = 0, pushed = 0, stored = 0, missing = 0, sequences, ownSequences] = []] = rows
    if (reached < committedSeq) continue
    return {
      committedSeq: reached,
      pushed,
      stored,
      missing,
      sequences: sequences ?? [],
      ownSequences: ownSequences ?? [],
    }
  }
}

async function copyFiles(from: string, to: string): Promise<void> {
  await mkdir(join(to, 'log'), { recursive: true })
  for (const folder of ['', 'log']) {
    for (const entry of await readdir(join(from, folder), { withFileTypes: true })) {
      if (entry.isFile()) await copyFile(join(from, folder, entry.name), join(to, folder, entry.name))
    }
  }
}

const startTimes: number[] = []

async function round(seed: number): Promise<void> {
  const random = seeded(seed)
  const data = await aFolder()
  const older = await aFolder()
  const players: Player[] = Array.from({ length: 3 }, () => ({ hello: aHello(), pushed: 0, acked: 0, conn: 0 }))
  const lives = 2 + below(random, 2)
  for (let life = 0; life < lives; life++) {
    const signal = pick(random, ['SIGKILL', 'SIGTERM'] as const)
    const { listening, end } = await startCollector(data)
    await Promise.all(
      players.map((player) =>
        play(listening.telemetry, player, seeded(seed + life + player.pushed), signal === 'SIGTERM'),
      ),
    )
    // In half of the lives the store has followed.
    if (random() < 0.5) await fetch(`${listening.url}/api/sessions`)
    await end(signal)
    if (life === 0) await copyFiles(data, older)
  }
  const file = join(data, 'downlink.duckdb')
  const damages: Damaged[] = []
  let inFile = await eventsOfFile(file)
  for (let count = 1 + below(random, 2); count > 0; count--) {
    const done = await damage(data, older, random)
    damages.push(done)
    if (done.isOlderFile) inFile = await eventsOfFile(file)
  }
  // The copy of the headers mends those of the file that it was made of.
  const lostHeaders =
    damages.length > 1 && damages.some(({ what, isOlderFile }) => what.includes('.headers') || isOlderFile)
  const sound = new Set([
    ...(lostHeaders || damages.some(({ costsFile }) => costsFile) ? [] : inFile),
    ...(await eventsOfLog(data)),
  ])
  const what = `round ${seed}: ${damages.map((one) => one.what).join('; ')}`
  console.log(what)

  const startedMs = performance.now()
  let collector = await startCollector(data)
  startTimes.push(performance.now() - startedMs)
  expect(startTimes.at(-1), what).toBeLessThan(startBoundMs)
  const acked = players.map((player) => player.acked)
  for (const player of players) await play(collector.listening.telemetry, player, random, true)
  for (const [at, player] of players.entries()) expect(player.acked, what).toBeGreaterThan(acked[at] ?? 0)
  if (random() < 0.5) {
    await collector.end('SIGKILL')
    collector = await startCollector(data)
  }
  for (const player of players) {
    const { session } = player.hello
    const { url } = collector.listening
    const account = await accountOf(url, session, player.acked)
    const { sequences, ownSequences, committedSeq, pushed, stored, missing } = account
    expect(new Set(sequences).size, what).toBe(sequences.length)
    expect(ownSequences, what).toEqual(sequences)
    const there = new Set(sequences.map((seq) => key(session, seq)))
    const gone = [...sound].filter((event) => event.startsWith(session) && !there.has(event))
    expect(gone, what).toEqual([])
    expect([committedSeq, pushed, stored], what).toEqual([player.acked, player.pushed, sequences.length])
    expect(missing, what).toBe(player.acked - sequences.length)
  }
  expect(await collector.end('SIGTERM'), what).toBe(0)
  const { findings } = await diagnose(data)
  const faults = findings.filter(({ level, code }) => level === 'fault' && !code.startsWith('log_'))
  expect(faults, what).toEqual([])
}

describe('a round of damage', () => {
  it.each(Array.from({ length: rounds }, (_, at) => firstSeed + at))('of seed %i', (seed) => round(seed), 300_000)

  it('was followed by a start each time', () => {
    const sorted = startTimes.toSorted((one, other) => one - other)
    console.log(`starts: median ${sorted[sorted.length >> 1]?.toFixed(0)} ms, longest ${sorted.at(-1)?.toFixed(0)} ms`)
    expect(startTimes).toHaveLength(rounds)
  })
})
