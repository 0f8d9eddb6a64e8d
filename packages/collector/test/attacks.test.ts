/** The attacks on queries, against a live collector: events are taken beside each, and the next question is answered. */
import { describe, expect, it } from 'vitest'
import { attackQueries } from './attack-queries.ts'
import { aBystander, aCollector } from './harness.ts'

const ask = async (url: string, sql: string) => {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/api/query`, { method: 'POST', headers, body: JSON.stringify({ sql }) })
  return { status: response.status, code: ((await response.json()) as { error?: { code: string } }).error?.code }
}

const outcomes = {
  refused: ['forbidden_sql'],
  'too large': ['query_too_large'],
  // Of one, the first rows fit: it is cut there.
  stopped: ['query_timeout', 'query_too_large', undefined],
  killed: ['query_killed', 'query_timeout', 'query_too_large'],
}

const patient = { timeout: 30_000, interval: 100 }

describe.each(['refused', 'too large', 'stopped', 'killed'] as const)('what is %s', (becomes) => {
  it('stops no event, and no question after it', { timeout: 300_000 }, async () => {
    const { listening, data, stop } = await aCollector({ query: { timeLimitMs: 1000, memoryGrowthMb: 512 } })
    const bystander = await aBystander(listening, data)
    for (const { name, sql } of attackQueries.filter((attack) => attack.becomes === becomes)) {
      let isOver = false
      const asked = ask(listening.url, sql).finally(() => {
        isOver = true
      })
      asked.catch(() => {})
      do await bystander.say()
      while (!isOver)
      expect(outcomes[becomes], name).toContain((await asked).code)
      await bystander.say()
      await expect.poll(async () => (await ask(listening.url, 'SELECT 1')).status, patient).toBe(200)
    }
    await stop()
    expect(await bystander.stored()).toBe(true)
  })
})
