/** `maxBytes` over a real log and database, of events as large and few as if it were 20 GB: the oldest go, and the folder stays bounded. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { cutElement } from '@downlink/protocol'
import fastify from 'fastify'
import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { createKeys } from '../dist/access/keys.js'
import type { LogFiles } from '../dist/log/log-files.js'
import { openPipeline } from '../dist/pipeline.js'
import { resolveOptions } from '../dist/settings.js'
import { aFolder } from './harness.ts'
import { expectLedgersToAddUp } from './ledger-equation.ts'
import { seeded } from './seeded.ts'

const maxBytes = 12_000_000
const roundEvents = 2500
const eventBytes = 1000

/** Text of all that can be printed, so that no compression makes it small. */
function printable(seed: number): string {
  const next = seeded(seed)
  const characters = Array.from({ length: eventBytes }, () => String.fromCharCode(35 + Math.floor(next() * 57)))
  return characters.join('')
}

const roundOf = (round: number) =>
  Array.from({ length: roundEvents }, (_, at) => {
    const event = { type: 'a', data: { round, text: printable(round * roundEvents + at) } }
    return cutElement(JSON.stringify(event), event)
  })

interface Life {
  readonly boundBytes: number
  readonly newRounds?: readonly number[]
  /** When segments go: what is going counts for nothing. @default at once */
  readonly segmentsGo?: 'never' | 'after the look'
}

/** A life of the collector: what is too much goes at its start, while rounds of 2.5 MB may come. */
async function live(data: string, { boundBytes, newRounds = [], segmentsGo }: Life) {
  let tellLooked = (): void => {}
  const hasLooked = new Promise<void>((resolve) => {
    tellLooked = resolve
  })
  const logFiles = (files: LogFiles): LogFiles => {
    if (segmentsGo === 'never') return { ...files, remove: () => Promise.reject(new Error('EBUSY')) }
    return segmentsGo ? { ...files, remove: (name) => hasLooked.then(() => files.remove(name)) } : files
  }
  const settings = resolveOptions({ data, retention: { maxBytes: 268_435_456 } })
  const small = { ...settings, retention: { maxBytes: boundBytes } }
  const keys = createKeys([], settings.signedTokens)
  const pipeline = await openPipeline(small, keys, pino({ level: 'silent' }), () => {}, { logFiles })
  const app = fastify()
  await app.register(pipeline.readSide.api)
  for (const round of newRounds) {
    const taken = await pipeline.sessions.openPlain().takePlain(roundOf(round), true, Date.now())
    expect(taken.kind).toBe('committed')
  }
  const health = async () => (await app.inject('/api/health')).json()
  await vi.waitFor(async () => expect((await health()).retention.lastRunAt).not.toBeNull(), 60_000)
  tellLooked()
  const { retention, disk } = await health()
  expect(retention.failures).toBe(0)
  const query = async (sql: string) => (await pipeline.reads.query(sql)).rows
  const rounds = await query("SELECT (data->>'round')::INT, count(*)::INT FROM events GROUP BY 1 ORDER BY 1")
  const counted = await query('SELECT sum(stored + expired)::INT FROM sessions')
  await expectLedgersToAddUp(query)
  if (segmentsGo !== 'never') {
    await vi.waitFor(async () => expect(await bytesOf(join(data, 'log'))).toBeLessThan(3_000_000), 60_000)
  }
  await app.close()
  await pipeline.drain()
  await pipeline.close()
  return { takes: disk.usedBytes + disk.logBytes, rounds, counted, folderBytes: await bytesOf(data) }
}

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

it('deletes the oldest where database and log take more, and little more than that; the folder stays bounded', async () => {
  const data = await aFolder()
  for (const last of [4, 5]) {
    const newRounds = last === 4 ? [1, 2, 3, 4] : [5]
    await live(data, { boundBytes: 1000 * maxBytes, newRounds, segmentsGo: 'never' })
    const bounded = await live(data, { boundBytes: maxBytes, segmentsGo: 'after the look' })
    const { takes, rounds, counted, folderBytes } = bounded
    expect(counted).toEqual([[last * roundEvents]])
    expect(takes).toBeLessThan(maxBytes)
    // A group of rows, here all that there is, is written anew beside its old blocks, which are free then.
    expect(folderBytes).toBeLessThan(2 * maxBytes)
    // What came at once goes at once. All that came after the oldest is there.
    const kept = rounds.map(([number]) => number)
    expect(rounds).toEqual(kept.map((number) => [number, roundEvents]))
    expect(kept).toEqual(kept.map((_, at) => last + 1 - kept.length + at))
    expect(kept.length).toBeGreaterThanOrEqual(3)
  }
  // It may come before the look, and its log takes room then, too.
  const { rounds, counted } = await live(data, { boundBytes: maxBytes, newRounds: [6] })
  expect([rounds.at(-1), counted]).toEqual([[6, roundEvents], [[6 * roundEvents]]])
})
