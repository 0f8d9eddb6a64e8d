/**
 * Each command that changes or copies what is stored, beside ten thousand events a second, while somebody kills it, the
 * collector or the store process: asked again it goes on or begins anew, nothing is half done, and no event that was
 * acknowledged is lost.
 *
 * DOWNLINK_KILL_ROUNDS=20 kills each of them twenty times, DOWNLINK_KILL_SEED=n at other moments. Without it `forget` is
 * killed, once: it has the most steps, and an end that others could keep from coming.
 */
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDraft } from '@downlink/artifacts/node'
import { expect, it } from 'vitest'
import { asked, freshFolder, start } from '../packages/cli/test/run-command.ts'
import { listBackups, verifyBackup } from '../packages/collector/dist/store/backup-folder.js'
import { aHello, openClient } from '../packages/collector/test/harness.ts'
import { expectLedgersToAddUp } from '../packages/collector/test/ledger-equation.ts'
import { seeded } from '../packages/collector/test/seeded.ts'
import { startAsking } from './life/asking-command.ts'
import { end, killStore, type Running, startOver, whenStoreIsUp } from './life/killable-collector.ts'
import { type Senders, startSenders } from './life/senders.ts'
import { fill, fillRejected, freshHours } from './life/stored-before.ts'

const isByHand = process.env.DOWNLINK_KILL_ROUNDS !== undefined
const rounds = Number(process.env.DOWNLINK_KILL_ROUNDS ?? 1)
const seed = Number(process.env.DOWNLINK_KILL_SEED ?? 1)
const random = seeded(seed)

/** A command in one round: its arguments, and what is so once it has come to its end. */
interface Try {
  readonly args: readonly string[]
  readonly isDone: (collector: Running) => Promise<void>
}

const commands: Readonly<Record<string, (collector: Running, round: number) => Promise<Try>>> = {
  async prune(_, round) {
    const hours = freshHours + rounds - round
    const beforeMs = Date.now() - hours * 3_600_000
    const selectOld = `SELECT count(*)::INT FROM events WHERE received_at < make_timestamp_ms(${beforeMs})`
    return {
      args: ['prune', '--older-than', `${hours}h`],
      isDone: async ({ query }) => expect(await query(selectOld)).toEqual([[0]]),
    }
  },
  async compact() {
    return { args: ['prune', '--compact'], isDone: async () => {} }
  },
  async forget({ telemetry, data }) {
    const secret = randomBytes(16).toString('hex')
    const hello = aHello({ meta: { labels: { player: secret } } })
    const client = await openClient({ telemetry }, hello)
    await client.hello()
    await client.batch(
      1,
      Array.from({ length: 500 }, (_, at) => ({ type: 'said', timestamp: at, data: secret })),
    )
    client.ws.terminate()
    expect(await filesWith(data, secret)).not.toEqual([])
    return {
      args: ['forget', '--session', hello.session, '--yes'],
      isDone: async ({ query }) => {
        expect(
          await query(`SELECT stored::INT, forgotten::INT FROM ledgers WHERE session_id = '${hello.session}'`),
        ).toEqual([[0, 500]])
        expect(await filesWith(data, secret)).toEqual([])
      },
    }
  },
  async backup({ data }) {
    return {
      args: ['backup'],
      isDone: async () => {
        const backups = await listBackups(join(data, 'backups'))
        expect(backups.length).toBeGreaterThan(0)
        for (const backup of backups) await verifyBackup(backup)
        expect((await readdir(join(data, 'backups'))).filter((name) => name.endsWith('.unfinished'))).toEqual([])
      },
    }
  },
  async dump({ query }) {
    const out = freshFolder()
    const selectStored = 'SELECT count(*)::INT FROM events'
    const [[before] = []] = await query(selectStored)
    return {
      args: ['dump', '--per', 'type', '--out', out],
      isDone: async (collector) => {
        const [[after] = []] = await collector.query(selectStored)
        const files = `'${join(out, '*.parquet')}'`
        const [[rows, events] = []] = await asked(
          ':memory:',
          `SELECT count(*)::INT, count(DISTINCT (session_id, seq))::INT FROM ${files}`,
        )
        expect(rows).toBe(events)
        expect(Number(rows)).toBeGreaterThanOrEqual(Number(before))
        expect(Number(rows)).toBeLessThanOrEqual(Number(after))
      },
    }
  },
  async rejudge() {
    return {
      args: ['rejudge'],
      isDone: async ({ query }) => {
        expect(await query(`SELECT count(*)::INT FROM rejected_events WHERE code = 'invalid_payload'`)).toEqual([[0]])
      },
    }
  },
}

it.skipIf(process.platform === 'win32')(
  `goes on or begins anew after a kill: ${rounds} of each, from DOWNLINK_KILL_SEED=${seed}`,
  async () => {
    const data = freshFolder()
    if (isByHand) {
      await end(await startOver(data))
      await fill(data, rounds)
    }
    const collector = await startOver(data)
    const world: World = { data, collector, senders: startSenders(collector.telemetry), missing: 0 }
    for (let round = 1; round <= rounds; round++) {
      for (const name of isByHand ? Object.keys(commands) : ['forget']) await killAndRepeat(world, name, round)
      if (isByHand) await killRestore(world, round)
    }
    await world.senders.stop()
    await end(world.collector)
    const sent = [...world.senders.acked.values()].reduce((sum, seq) => sum + seq, 0)
    note(`${sent.toLocaleString('en')} events were acknowledged`)
  },
  120_000 + rounds * 300_000,
)

interface World {
  readonly data: string
  collector: Running
  readonly senders: Senders
  /** What restores have lost so far: a backup and the log do not have it all. */
  missing: number
}

/** How long each took the last time, in ms, from its first request on. */
const durations = new Map<string, number>()

const momentOf = (name: string): number => Math.floor(random() * (durations.get(name) ?? 500))

/** Who plays it by hand wants figures. */
const note = (line: string): void => {
  if (isByHand) console.log(line)
}

async function killAndRepeat(world: World, name: string, round: number): Promise<void> {
  if (name === 'rejudge') {
    await end(world.collector)
    await fillRejected(world.data, round)
    world.collector = await startOver(world.data, world.senders)
  }
  const prepared = await commands[name]?.(world.collector, round)
  if (!prepared) return
  const victim = (['command', 'collector', 'store'] as const)[Math.floor(random() * 3)] ?? 'store'
  const afterMs = momentOf(name)
  const cut = `round ${round}: ${name}, the ${victim} killed after ${afterMs} ms`
  const command = await startAsking(prepared.args, world.collector)
  await Promise.race([command.exitCode, command.asked.then(() => sleep(afterMs))])
  const isWithin = command.child.exitCode === null
  if (victim === 'command') command.child.kill('SIGKILL')
  else if (victim === 'store') killStore(world.collector)
  else world.collector.child.kill('SIGKILL')
  const exitCode = await command.exitCode
  if (victim === 'collector') {
    await world.collector.exitCode
    world.collector = await startOver(world.data, world.senders)
  }
  await whenStoreIsUp(world.collector)
  durations.set(name, await askUntilDone(prepared.args, world.collector, cut))
  await explained(cut, () => prepared.isDone(world.collector))
  await explained(cut, () => expectWhole(world))
  note(`${cut}: ${isWithin ? (exitCode === 0 ? 'it went on' : 'it was cut short') : 'it was over'}`)
}

/** A database that is behind its log by seconds refuses to begin. @returns how long it took from its request on, in ms */
async function askUntilDone(args: readonly string[], collector: Running, cut: string): Promise<number> {
  for (;;) {
    const command = await startAsking(args, collector)
    await Promise.race([command.exitCode, command.asked])
    const askedMs = performance.now()
    if ((await command.exitCode) === 0) return performance.now() - askedMs
    expect(command.stderr(), cut).toContain('[store_unavailable]')
  }
}

/** Of a folder at rest, from its newest backup. */
async function killRestore(world: World, round: number): Promise<void> {
  const backup = (await listBackups(join(world.data, 'backups'))).at(-1)?.path ?? ''
  await end(world.collector)
  // It asks nobody, and is still loading at first.
  const afterMs = Math.floor((0.4 + 0.6 * random()) * (durations.get('restore') ?? 1500))
  const cut = `round ${round}: restore killed after ${afterMs} ms`
  const args = ['restore', backup, '--data', world.data, '--discard']
  const command = start(args)
  await Promise.race([command.exitCode, sleep(afterMs)])
  const isWithin = command.child.exitCode === null
  command.child.kill('SIGKILL')
  await command.exitCode
  for (const repeats of [false, true]) {
    const beganMs = performance.now()
    if (repeats) expect(await start(args).exitCode, cut).toBe(0)
    if (repeats) durations.set('restore', performance.now() - beganMs)
    world.collector = await startOver(world.data, world.senders)
    await explained(cut, () => expectWhole(world, 'lost'))
    if (!repeats) await end(world.collector)
  }
  note(`${cut}: ${isWithin ? 'it was cut short' : 'it was over'}; ${world.missing} events are missing`)
}

async function explained(cut: string, check: () => Promise<void>): Promise<void> {
  await check().catch((error: Error) => {
    throw new Error(`${cut}: ${error.message}`, { cause: error })
  })
}

async function filesWith(data: string, text: string): Promise<readonly string[]> {
  const entries = await readdir(data, { recursive: true, withFileTypes: true })
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('backups'))
      .map(async ({ parentPath, name }) => {
        const bytes = await readFile(join(parentPath, name)).catch(() => Buffer.of())
        return bytes.includes(text) ? [name] : []
      }),
  )
  return found.flat()
}

/** What a collector that runs has in its folder, and nothing else. */
const files = [
  '.gitignore',
  'age-clock.json',
  '.gitignore',
  'backups',
  'copies',
  'downlink.duckdb',
  'downlink.duckdb.headers',
  'downlink.duckdb.wal',
  'exports',
  'last-backup.json',
  'log',
]

/** Nothing is half done, and nothing that was acknowledged is lost. */
async function expectWhole(world: World, mayMiss?: 'lost'): Promise<void> {
  const { senders, data } = world
  const { query } = world.collector
  // A database that is behind its log takes its time, and a restored one knows of what is gone once each sender is back.
  await expect.poll(() => behind(query, senders), { timeout: 120_000, interval: 100 }).toEqual([])
  await expectLedgersToAddUp(query)
  const [[missing] = []] = await query('SELECT sum(missing)::INT FROM sessions')
  if (mayMiss) world.missing = Number(missing)
  expect(missing).toBe(world.missing)
  expect(await readdir(join(data, 'copies')).catch(() => [])).toEqual([])
  // One that is being written is there for a moment, after each checkpoint.
  await expect.poll(async () => (await readdir(data)).filter(isDraft), { timeout: 30_000, interval: 20 }).toEqual([])
  const found = (await readdir(data)).filter((name) => !files.includes(name) && !isDraft(name))
  expect(found.filter((name) => !name.includes('.replaced-'))).toEqual([])
  // A restore that was killed had no time to discard what it has set aside.
  for (const name of found) await rm(join(data, name))
}

/** Sessions of which less is committed than was acknowledged. */
async function behind(query: Running['query'], { acked }: Senders): Promise<readonly string[]> {
  const before = [...acked]
  const rows = await query('SELECT session_id, committed_seq::INT FROM sessions')
  const committed = new Map(rows.map(([session, seq]) => [String(session), Number(seq)]))
  return before.filter(([session, seq]) => (committed.get(session) ?? 0) < seq).map(([session]) => session)
}
