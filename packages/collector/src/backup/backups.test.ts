import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readLastBackup, writeLastBackup } from '../store/last-backup.ts'
import { createBackups } from './backups.ts'

const position = { segment: 's', offset: 7 }
const quiet = { keepMs: undefined, logger: { info() {} } }

async function aFolder(): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'downlink-backups-'))
  onTestFinished(() => rm(data, { recursive: true }))
  return data
}

it('waits for the one that is being made before it says which may have what was forgotten, and has none of them put back', async () => {
  const data = await aFolder()
  await writeLastBackup(data, { at: 5, bytes: 9, path: '/backups/downlink-1', position })
  let fail = (_error: Error): void => {}
  const kept: unknown[] = []
  const backups = createBackups({
    data,
    folder: join(data, 'backups'),
    store: { ask: () => new Promise<never>((_resolve, reject) => (fail = reject)) },
    logBegin: () => ({ segment: 's', offset: 0 }),
    keepLogFrom: (from) => void kept.push(from),
    wallMs: () => 0,
    ...quiet,
  })
  await backups.start()
  const order: string[] = []
  const made = backups.make(7, () => {}).catch(() => void order.push('failed'))
  const outdated = backups.outdate().then((found) => void order.push(`found ${found.length}`))
  // Much longer than it would take.
  for (let time = 0; time < 5; time++) await writeLastBackup(await aFolder(), { at: 0, bytes: 0 })
  expect([order, kept]).toEqual([[], [position, { segment: 's', offset: 0 }]])
  fail(new Error('The store is away'))
  await Promise.all([made, outdated])
  expect(order).toEqual(['failed', 'found 0'])
  expect([kept.slice(2), await readLastBackup(data)]).toEqual([[position, undefined], { at: 5, bytes: 9 }])
})

it('has the log kept for the last one until all that is older than that has expired', async () => {
  const data = await aFolder()
  await writeLastBackup(data, { at: 500, bytes: 9, path: '/backups/downlink-1', position })
  const kept: unknown[] = []
  const backups = createBackups({
    ...{ data, folder: join(data, 'backups'), logBegin: () => position, wallMs: () => 0, ...quiet },
    store: { ask: () => Promise.reject(new Error('Nobody asks it')) },
    keepLogFrom: (from) => void kept.push(from),
  })
  await backups.start()
  backups.expireBefore(500)
  backups.expireBefore(501)
  await backups.outdate()
  expect(kept).toEqual([position, undefined, undefined])
})

it('deletes what is too old, but not the newest before somebody was forgotten whom it may hold', async () => {
  const data = await aFolder()
  const folder = join(data, 'backups')
  for (const day of [1, 2]) {
    const path = join(folder, `downlink-2026110${day}T000000Z`)
    await mkdir(path, { recursive: true })
    const createdAt = `2026-11-0${day}T00:00:00.000Z`
    const manifest = { kind: 'downlink-backup', format: 1, createdAt, file: 'downlink.duckdb', bytes: 0, sha256: '' }
    await writeFile(join(path, 'manifest.json'), JSON.stringify(manifest))
  }
  const days = (count: number) => Date.parse('2026-11-01') + count * 86_400_000
  const backups = createBackups({
    ...{ data, folder, logBegin: () => position, wallMs: () => days(40), keepLogFrom() {} },
    ...{ ...quiet, keepMs: 30 * 86_400_000 },
    store: { ask: () => Promise.reject(new Error('Nobody asks it')) },
  })
  await backups.start()
  const left = async () => (await backups.list()).map(({ at }) => at)
  await backups.removeOld(days(30) - 1)
  expect(await left()).toEqual([days(0), days(1)])
  await backups.removeOld(days(40))
  expect(await left()).toEqual([days(1)])
  // Whoever is forgotten has a date, also where no note tells which one is the last.
  expect(await backups.outdate()).toMatchObject([{ at: days(1), deletedAt: days(31) }])
  await backups.removeOld(days(31))
  expect([await left(), await readdir(folder)]).toEqual([[], []])
})
