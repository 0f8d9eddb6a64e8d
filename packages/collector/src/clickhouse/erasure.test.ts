import { expect, it } from 'vitest'
import type { Connection } from './connection.ts'
import { eraseForgotten } from './erasure.ts'

/** One of whose tables `event_rows` alone has a row of the session, until a mutation is through that takes so many looks. */
function aServer(looks: number) {
  const mutations: string[] = []
  let left = looks
  const answers: readonly (readonly [RegExp, () => readonly unknown[]])[] = [
    [/FROM system\.mutations/, () => [{ n: mutations.length > 0 && --left > 0 ? 1 : 0 }]],
    [/FROM forgotten_sessions FINAL/, () => [{ session_id: 's', up_to: 7, place: 9 }]],
    [/FROM event_rows/, () => [{ n: left > 0 ? 2 : 0 }]],
    [/./, () => [{ n: 0 }]],
  ]
  const connection = {
    rows: async (sql: string) => answers.find(([form]) => form.test(sql))?.[1]() ?? [],
    run: async (sql: string) => void mutations.push(sql),
  } as Pick<Connection, 'rows' | 'run'>
  return { connection, mutations }
}

it('waits for one mutation however long it takes, in no request, and starts no second one', async () => {
  const { connection, mutations } = aServer(400)
  const waits: number[] = []
  expect(await eraseForgotten(connection, ['s'], async (ms) => void waits.push(ms))).toEqual({ events: 2, rejected: 0 })
  expect(mutations).toHaveLength(1)
  expect(mutations[0]).toMatch(/^ALTER TABLE event_rows DELETE .* SETTINGS mutations_sync = 0$/)
  expect(waits).toHaveLength(400)
  expect(Math.max(...waits)).toBe(1000)
})

it('gives up on one that does not end, and says so', async () => {
  const { connection, mutations } = aServer(Number.POSITIVE_INFINITY)
  await expect(eraseForgotten(connection, ['s'], async () => {})).rejects.toMatchObject({ code: 'store_unavailable' })
  expect(mutations).toHaveLength(1)
})
