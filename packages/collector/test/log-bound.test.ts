/** A log at its bound: nothing more is taken, everything is still answered, and it goes on by itself. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { aCollector, aHello, rowsOf } from './harness.ts'

const maxLogBytes = 1_048_576
const events = Array.from({ length: 4 }, (_, at) => ({ type: 'a', timestamp: at, data: 'x'.repeat(50_000) }))

it('answers 503 while the store is behind, goes on answering questions, and takes all again once it has caught up', async () => {
  const { listening, data, stop } = await aCollector({ commit: { maxLogBytes } })
  let taken = 0
  const send = async (): Promise<number> => {
    const body = JSON.stringify({ ...aHello({ pushed: events.length }), seq: 1, events })
    const { status } = await fetch(`${listening.url}/telemetry`, { method: 'POST', body })
    if (status === 200) taken++
    return status
  }
  // Ten times what the log may hold, faster than the store takes it.
  const statuses = await Promise.all(Array.from({ length: 50 }, send))
  expect([...new Set(statuses)].sort()).toEqual([200, 503])
  expect((await fetch(`${listening.url}/api/sessions`)).status).toBe(200)
  for (let more = 0; more < 10; ) {
    if ((await send()) === 200) more++
    else await new Promise((resolve) => setTimeout(resolve, 20))
  }
  expect((await fetch(`${listening.url}/readyz`)).status).toBe(200)
  await stop()
  const [row] = await rowsOf(data, 'SELECT count(*)::INT, count(DISTINCT session_id)::INT FROM events')
  expect(row).toEqual([taken * events.length, taken])
  const log = join(data, 'log')
  const sizes = await Promise.all((await readdir(log)).map(async (name) => (await stat(join(log, name))).size))
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(maxLogBytes + 1000)
})
