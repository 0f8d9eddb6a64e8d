/**
 * A simulated year of a collector that keeps thirty days, over real processes and files: each night its events are
 * dumped, its database is backed up, and what is too old is pruned; two players are forgotten, and one backup is put back.
 *
 * DOWNLINK_YEAR_DAYS=365 plays all of it, in some minutes; else it is six days of a collector that keeps two.
 */
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Listening } from '@downlink/collector'
import { restoreBackup } from '@downlink/collector/doctor'
import { expect, it } from 'vitest'
import { type ApiClient, createApiClient } from '../packages/cli/dist/api-client.js'
import { performDump } from '../packages/cli/dist/dump/perform-dump.js'
import { asked } from '../packages/cli/test/run-command.ts'
import { aCollector, aFolder } from '../packages/collector/test/harness.ts'
import { expectAccounts, expectDumped, expire, loseWhatIsGone, storedBy, storedSequences } from './life/accounts.ts'
import { passDays } from './life/passing-days.ts'
import { createPlayer, type Player, payloadBytes } from './life/player.ts'

const days = Number(process.env.DOWNLINK_YEAR_DAYS ?? 6)
const keepDays = Math.min(30, Math.floor(days / 3))
const forgetDays = [Math.floor(days / 4), Math.floor((days * 3) / 4)]
const restoreDay = Math.floor(days / 2)
const keptBackups = 3
const maxLogBytes = 1_048_576
/** Of each of the four players of a day, in the morning and in the evening. */
const eventsAtOnce = 37
const playersADay = 4
const shiftHours = [6, 18]

const [hourMs, dayMs] = [3_600_000, 86_400_000]
const keepMs = keepDays * dayMs
/** Of events with what stands beside their payloads, for as long as they are kept and the day before the night. */
const keptBytes = (keepDays + 1) * shiftHours.length * playersADay * eventsAtOnce * (payloadBytes + 200)
/** Blocks that are hardly filled, and sessions and operations, whose rows stay. */
const overheadBytes = 3_000_000
/** The database and each backup have what is kept, and as much again that is free until the next checkpoint. */
const maxFolderBytes = (1 + keptBackups) * (2 * keptBytes + overheadBytes) + 2 * maxLogBytes
const startMs = Date.parse('2027-01-01T00:00:00Z')

it(
  `each event counts once, in its ledger and in the dumps, and the folder stays flat, for ${days} days`,
  async () => {
    const { advanceTo } = passDays(startMs)
    const [data, dumps] = [await aFolder(), await aFolder()]
    const cast = createCast()
    const backups: string[] = []
    const sizes: number[] = []
    let running = await start(data)
    for (let day = 0; day < days; day++) {
      for (const hour of shiftHours) {
        advanceTo(startMs + day * dayMs + hour * hourMs)
        await whenRetained(running.listening)
        for (const player of cast.playersOf(day)) await player.play(running.listening, eventsAtOnce)
      }
      expire(cast.players, Date.now() - keepMs)
      if (forgetDays.includes(day)) await forget(running.listening, cast.playersOf(day).slice(0, 1))
      if (day === restoreDay) {
        await running.stop()
        const { setAside } = await restoreBackup(backups.at(-2) ?? '', data)
        for (const path of setAside) await rm(path)
        running = await start(data)
        loseWhatIsGone(cast.players, await storedSequences(running.query))
      }
      const midnightMs = startMs + (day + 1) * dayMs
      advanceTo(midnightMs + hourMs / 4)
      await dumpInto(dumps, running.api)
      for (const batch of storedBy(cast.players)) batch.isDumped = true
      backups.push((await ask(running.listening, `backup?keep=${keptBackups}`)).path)
      await ask(running.listening, `prune?olderThanMs=${keepMs}`)
      expire(cast.players, Date.now() - keepDays * dayMs)
      sizes.push(await bytesIn(data))
      // What a restore has lost is known once its clients are back.
      if ((day + 1) % keepDays === 0 && day !== restoreDay) await expectAccounts(running.query, cast.players)
    }
    const { retention } = await (await fetch(`${running.listening.url}/api/health`)).json()
    expect(retention).toMatchObject({ failures: 0, lastRunAt: Date.now() })
    await expectAccounts(running.query, cast.players)
    await running.stop()
    await expectDumped((sql) => asked(':memory:', sql), `'${join(dumps, 'events-*.parquet')}'`, cast.players)
    expectFlat(sizes)
  },
  120_000 + days * 10_000,
)

async function start(data: string) {
  const { listening, stop } = await aCollector({ data, commit: { maxLogBytes }, retention: { keepMs } })
  const api = createApiClient({ url: listening.url, token: undefined, source: data })
  return { listening, stop, api, query: async (sql: string) => (await api.query(sql)).rows }
}

/** One who is there all year, and each day one more, who comes for three days. */
function createCast() {
  const players = [createPlayer('of all days')]
  return {
    players,
    playersOf(day: number): readonly Player[] {
      while (players.length < day + playersADay) players.push(createPlayer(`of day ${players.length}`))
      // Whoever was acknowledged what a restore has lost comes back once more.
      const since = day === restoreDay + 1 ? day - 2 : day
      return [...players.slice(0, 1), ...players.slice(since + 1, day + playersADay)].filter(
        ({ isForgotten }) => !isForgotten,
      )
    },
  }
}

/** The collector has deleted by itself what is too old. */
async function whenRetained({ url }: Pick<Listening, 'url'>): Promise<void> {
  for (;;) {
    const { retention } = await (await fetch(`${url}/api/health`)).json()
    expect(retention.failures).toBe(0)
    if (retention.lastRunAt === Date.now()) return
    await sleep(20)
  }
}

async function ask({ url }: Pick<Listening, 'url'>, path: string) {
  const response = await fetch(`${url}/api/${path}`, { method: 'POST' })
  const { result, error } = JSON.parse((await response.text()).trim().split('\n').at(-1) ?? '')
  expect([response.status, error]).toEqual([200, undefined])
  return result
}

async function forget(listening: Listening, players: readonly Player[]): Promise<void> {
  for (const player of players) {
    await ask(listening, `forget?where=${encodeURIComponent(`session_id = '${player.session}'`)}`)
    player.isForgotten = true
    for (const batch of storedBy([player])) batch.fate = 'forgotten'
  }
}

async function dumpInto(folder: string, api: ApiClient): Promise<void> {
  const question = { table: 'events', format: 'parquet', per: 'day' } as const
  const { cut } = await performDump({ api, question, folder, onProgress() {} })
  expect(cut).toEqual([])
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  // What is deleted meanwhile takes nothing.
  const sizes = await Promise.all(
    files.map(({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** From the second month on it grows no more, and stays near what is kept. */
function expectFlat(sizes: readonly number[]): void {
  const months = Array.from({ length: Math.floor(days / keepDays) }, (_, at) =>
    Math.max(...sizes.slice(at * keepDays, (at + 1) * keepDays)),
  )
  console.log(
    `the folder at its largest, month by month, in MB: ${months.map((bytes) => (bytes / 1e6).toFixed(1)).join(' ')}`,
  )
  const [, second = 0, ...later] = months
  for (const bytes of [second, ...later]) expect(bytes).toBeLessThan(Math.min(1.25 * second, maxFolderBytes))
}
