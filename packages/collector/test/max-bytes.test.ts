/** `maxBytes` over a real log and database, of events as large and few as if it were 20 GB: the oldest go, and the folder stays bounded. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { cutElement } from '@downlink/protocol'
import fastify from 'fastify'
import { pino } from 'pino'
import { expect, it, vi } from 'vitest'
import { createKeys } from '../dist/access/keys.js'
import { resolveOptions } from '../dist/options.js'
import { openPipeline } from '../dist/pipeline.js'
import { noise } from './damage.ts'
import { aFolder } from './harness.ts'
import { expectLedgersToAddUp } from './ledger-equation.ts'

const maxBytes = 12_000_000
const roundEvents = 2500
const eventBytes = 1000

/** A life of the collector: what is too much goes at its start, while a round of 2.5 MB comes. */
async function live(data: string, round: number) {
  const settings = resolveOptions({ data, retention: { maxBytes: 268_435_456 } })
  const small = { ...settings, retention: { maxBytes } }
  const keys = createKeys([], settings.signedTokens)
  const pipeline = await openPipeline(small, keys, pino({ level: 'silent' }), () => {}, {})
  const app = fastify()
  await app.register(pipeline.readSide.api)
  const elements = Array.from({ length: roundEvents }, (_, at) => {
    const event = { type: 'a', data: { round, text: noise(round * roundEvents + at, eventBytes) } }
    return cutElement(JSON.stringify(event), event)
  })
  const taken = await pipeline.sessions.openPlain().takePlain(elements, true, Date.now())
  expect(taken.kind).toBe('committed')
  const health = async () => (await app.inject('/api/health')).json()
  await vi.waitFor(async () => expect((await health()).retention.lastRunAt).not.toBeNull(), 60_000)
  const { retention, disk } = await health()
  expect(retention.failures).toBe(0)
  const query = async (sql: string) => (await pipeline.reads.query(sql)).rows
  const rounds = await query("SELECT (data->>'round')::INT, count(*)::INT FROM events GROUP BY 1 ORDER BY 1")
  expect(await query('SELECT sum(stored + expired)::INT FROM sessions')).toEqual([[round * roundEvents]])
  await expectLedgersToAddUp(query)
  await app.close()
  await pipeline.drain()
  await pipeline.close()
  return { takes: disk.usedBytes + disk.logBytes, rounds, folderBytes: await bytesOf(data) }
}

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

it('deletes the oldest where database and log take more, and what came last stays; the folder stays below twice the bound', async () => {
  const data = await aFolder()
  const lives: Awaited<ReturnType<typeof live>>[] = []
  for (let round = 1; round <= 5; round++) lives.push(await live(data, round))
  expect(lives[1]?.rounds).toEqual([
    [1, roundEvents],
    [2, roundEvents],
  ])
  for (const [at, { takes, rounds, folderBytes }] of lives.slice(3).entries()) {
    expect(takes).toBeLessThan(maxBytes)
    // A file in which blocks were freed is as large as it was until they are used again, or it is rewritten.
    expect(folderBytes).toBeLessThan(2 * maxBytes)
    const [[oldest, left] = [], ...others] = rounds
    expect(left).toBeGreaterThan(0)
    // All that came after the oldest is there, up to what has come now.
    expect(others).toEqual(others.map((_, next) => [Number(oldest) + 1 + next, roundEvents]))
    // At so small a bound more than one round may go at once; what came last stays, whole.
    expect(rounds.at(-1)).toEqual([4 + at, roundEvents])
  }
  // The fourth round may just find room; the fifth does not.
  expect(lives.at(-1)?.rounds[0]?.[0]).toBeGreaterThan(1)
})
