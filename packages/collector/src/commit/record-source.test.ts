import { expect, it } from 'vitest'
import { readTogether } from './record-source.ts'
import { newRecord, type SessionRecord } from './session-record.ts'

it('reads one by one what comes alone, and together what comes meanwhile', async () => {
  const queries: string[][] = []
  const read = readTogether({
    async readSessions(ids) {
      queries.push([...ids])
      await new Promise(setImmediate)
      return new Map<string, SessionRecord>(ids.map((id) => [id, newRecord(id, 0)]))
    },
  })
  const first = read('a')
  await Promise.resolve()
  const later = ['b', 'c', 'b'].map((id) => read(id))
  expect((await first).get('a')?.sessionId).toBe('a')
  expect((await Promise.all(later)).map((records) => records.size)).toEqual([2, 2, 2])
  expect(queries).toEqual([['a'], ['b', 'c']])
})

it('fails those that asked, and nobody after them', async () => {
  let broken = true
  const read = readTogether({
    async readSessions() {
      if (broken) throw new Error('no')
      return new Map()
    },
  })
  await expect(read('a')).rejects.toThrow('no')
  broken = false
  expect((await read('a')).size).toBe(0)
})
