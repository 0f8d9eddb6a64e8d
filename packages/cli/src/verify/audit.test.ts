import type { QueryResult } from '@downlink/collector'
import { verifyName } from '@downlink/protocol'
import { expect, it } from 'vitest'
import { auditSession } from './audit.ts'
import { createEventSource } from './event-source.ts'
import { createStoredRows, type RowReader } from './stored-rows.ts'

const eventAt = createEventSource(1, 0, 1_700_000_000_000)

type Row = readonly [seq: number, type: string, timestamp: number, data: string]

const stored = (seq: number): Row => {
  const { timestamp, data } = eventAt(seq)
  return [seq, verifyName, timestamp, JSON.stringify(data)]
}

/** A database that has these rows of a session, in this order. */
const aDatabase = (
  rows: readonly Row[],
  ledger: { readonly pushed: number; readonly dropped?: number },
): RowReader => ({
  async query(sql) {
    const after = Number(/rowid > (-?\d+)/.exec(sql)?.[1])
    const all = rows.map((row, rowid) => [rowid, ...row])
    const { pushed, dropped = 0 } = ledger
    const found = sql.includes('ledgers')
      ? [[pushed, new Set(rows.map(([seq]) => seq)).size, dropped]]
      : all.filter(([rowid]) => Number(rowid) > after).slice(0, 2)
    return { columns: [], rows: found, truncated: false } as unknown as QueryResult
  },
})

const audit = (rows: readonly Row[], ledger: { readonly pushed: number; readonly dropped?: number } = { pushed: 5 }) =>
  auditSession(createStoredRows(aDatabase(rows, ledger), 'collector'), { sessionId: 's', pushed: 5, eventAt })

const sound = { stored: 5, dropped: 0, missing: 0, doubled: 0, reordered: 0, changed: 0, invented: 0, unbalanced: 0 }

it('finds nothing where each row is what was pushed, in order', async () => {
  expect(await audit([1, 2, 3, 4, 5].map(stored))).toEqual(sound)
})

it('counts what is missing, but for what the ledger says was dropped', async () => {
  const rows = [1, 2, 5].map(stored)
  expect(await audit(rows)).toEqual({ ...sound, stored: 3, missing: 2, unbalanced: 1 })
  expect(await audit(rows, { pushed: 5, dropped: 1 })).toEqual({
    ...{ ...sound, stored: 3, dropped: 1, missing: 1, unbalanced: 1 },
  })
  expect(await audit(rows, { pushed: 5, dropped: 2 })).toEqual({ ...sound, stored: 3, dropped: 2 })
})

it('counts what is doubled, reordered, changed and invented', async () => {
  expect(await audit([1, 2, 2, 3, 4, 5].map(stored))).toEqual({ ...sound, stored: 6, doubled: 1 })
  expect(await audit([1, 3, 2, 4, 5].map(stored))).toEqual({ ...sound, reordered: 1 })
  expect(await audit([1, 2, 3, 4, 5, 6].map(stored))).toEqual({ ...sound, stored: 6, invented: 1, unbalanced: 1 })
  const [one, two, three, four] = [1, 2, 3, 4].map(stored) as [Row, Row, Row, Row]
  const changes: readonly Row[] = [
    [5, verifyName, eventAt(5).timestamp + 1, JSON.stringify(eventAt(5).data)],
    [5, verifyName, eventAt(5).timestamp, JSON.stringify({ ...eventAt(5).data, n: 4 })],
    [5, 'another', eventAt(5).timestamp, JSON.stringify(eventAt(5).data)],
  ]
  for (const changed of changes) {
    expect(await audit([one, two, three, four, changed])).toEqual({ ...sound, changed: 1 })
  }
})

it('finds a ledger that says something else than the rows', async () => {
  expect(await audit([1, 2, 3, 4, 5].map(stored), { pushed: 6 })).toEqual({ ...sound, unbalanced: 1 })
  expect(await audit([1, 2, 3, 4, 5].map(stored), { pushed: 5, dropped: 1 })).toEqual({ ...sound, unbalanced: 1 })
})
