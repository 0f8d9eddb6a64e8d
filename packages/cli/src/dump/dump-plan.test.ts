import { expect, it } from 'vitest'
import type { ApiClient } from '../api-client.ts'
import { planFiles, typeName } from './dump-plan.ts'

it('gives each type a name that every file system takes, and no two the same one, be it by case alone', () => {
  const types = ['hit', 'Hit', 'HIT', 'a/b', 'a.b', '..', 'con', 'ü', '', 'x'.repeat(128), `${'x'.repeat(127)}y`, 'a b']
  const names = types.map(typeName)
  for (const name of names) expect(name).toMatch(/^[\w-]{0,89}$/)
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(types.length)
  expect(names[0]).toBe('hit')
})

it('asks for days and types with names that can not leave their quotes', async () => {
  const asked: string[] = []
  const api = {
    query: async (sql: string) => {
      asked.push(sql)
      return { columns: [], rows: [], truncated: false }
    },
  } as Partial<ApiClient> as ApiClient
  const question = { table: 'events', format: 'csv', session: "o'neil' OR '1" } as const
  await planFiles({ ...question, per: 'day' }, api)
  await planFiles({ ...question, per: 'type' }, api)
  for (const sql of asked) expect(sql).toContain("session_id = 'o''neil'' OR ''1'")
})

it('asks in words of every dialect, of which one escapes with a backslash, and plans a file a day', async () => {
  const asked: string[] = []
  const api = {
    query: async (sql: string) => {
      asked.push(sql)
      const rows = [[2, '2026-01-05T23:59:59.999Z', '2026-01-07T00:00:00.000Z']]
      return { columns: [], rows, truncated: false }
    },
  } as Partial<ApiClient> as ApiClient
  const files = await planFiles({ table: 'events', format: 'csv', per: 'day', session: "a\\b'", since: 0 }, api)
  expect(asked[0]).toContain("hex(session_id) = '615C6227' AND received_at >= '1970-01-01 00:00:00.000'")
  expect(files.map(({ name }) => name)).toEqual(['05', '06', '07'].map((day) => `events-2026-01-${day}.csv`))
})
