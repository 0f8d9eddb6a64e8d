import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readLastBackup, writeLastBackup } from '../store/last-backup.ts'
import { createBackups } from './backups.ts'

const position = { segment: 's', offset: 7 }

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
    ...{ data, folder: join(data, 'backups'), logBegin: () => position, wallMs: () => 0 },
    store: { ask: () => Promise.reject(new Error('Nobody asks it')) },
    keepLogFrom: (from) => void kept.push(from),
  })
  await backups.start()
  backups.expireBefore(500)
  backups.expireBefore(501)
  await backups.outdate()
  expect(kept).toEqual([position, undefined, undefined])
})
