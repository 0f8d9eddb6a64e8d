import { expect, it } from 'vitest'
import type { Backup, BackupManifest } from '../store/backup-folder.ts'
import { allBackups, type BackupRules, predictDeletion } from './kept-backups.ts'

const dayMs = 86_400_000
const startMs = Date.parse('2026-11-21T03:00:00Z')

const aBackup = (day: number): Backup => ({
  path: `/backups/${day}`,
  // Nothing else of it is asked for.
  manifest: { createdAt: new Date(startMs + day * dayMs).toISOString(), bytes: 5 } as BackupManifest,
})

/** Of backups of these days, the day on which each goes, by number and by age. */
function daysOf(days: readonly number[], rules: Partial<BackupRules> = {}) {
  const today = { nowMs: startMs + Math.max(...days, 0) * dayMs + 3_600_000 }
  const kept = predictDeletion(days.map(aBackup), { keep: 7, keepMs: undefined, isOutdated: false, ...today, ...rules })
  const dayOf = (ms: number | null) => (ms === null ? null : (ms - startMs) / dayMs)
  return kept.map(({ deletedAfter, expectedAt, deletedAt }) => [deletedAfter, dayOf(expectedAt), dayOf(deletedAt)])
}

it('tells of each how many newer ones it takes, and when those are made if they go on to come as they did', () => {
  expect(daysOf([0, 1, 2], { keep: 3 })).toEqual([
    [1, 3, null],
    [2, 4, null],
    [3, 5, null],
  ])
  // A week of one a night: that of tonight is there for seven.
  expect(daysOf([0, 1, 2, 3, 4, 5, 6]).at(-1)).toEqual([7, 13, null])
  // More than are kept, since fewer are kept now: the next one takes both.
  expect(daysOf([0, 1, 2], { keep: 1 }).slice(0, 2)).toEqual([
    [1, 3, null],
    [1, 3, null],
  ])
})

it('expects nothing of one backup, nor of a rhythm that has stopped, and takes one by hand between two nights for none', () => {
  expect(daysOf([0])).toEqual([[7, null, null]])
  expect(daysOf([0, 1], { nowMs: startMs + 3.1 * dayMs })[0]).toEqual([6, null, null])
  expect(daysOf([0, 1, 1.01, 2, 3], { keep: 5 })[0]).toEqual([1, 4, null])
})

it('promises no number where all are kept', () => {
  expect(daysOf([0, 1], { keep: allBackups })).toEqual([
    [null, null, null],
    [null, null, null],
  ])
})

it('has a date for each where they are kept for a time, but for the newest, until somebody is forgotten', () => {
  const keepMs = 30 * dayMs
  expect(daysOf([0, 1], { keepMs }).map(([, , day]) => day)).toEqual([30, null])
  expect(daysOf([0, 1], { keepMs, isOutdated: true }).map(([, , day]) => day)).toEqual([30, 31])
})
