/** The attacks on queries, against a live collector: events are taken beside each, and the next question is answered. */
import { expect, it } from 'vitest'
import type { QueryLimits } from '../src/query/query-limits.ts'
import { type AttackQuery, attackQueries } from './attack-queries.ts'
import { aBystander, aCollector } from './harness.ts'

const ask = async (url: string, sql: string) => {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/api/query`, { method: 'POST', headers, body: JSON.stringify({ sql }) })
  return { status: response.status, code: ((await response.json()) as { error?: { code: string } }).error?.code }
}

const outcomes: Readonly<Record<AttackQuery['becomes'], readonly unknown[]>> = {
  refused: ['forbidden_sql'],
  'too large': ['query_too_large'],
  // Of one, the first rows fit: it is cut there.
  stopped: ['query_timeout', 'query_too_large', undefined],
  killed: ['query_killed', 'query_timeout', 'query_too_large'],
}

const patient = { timeout: 30_000, interval: 100 }

async function withstand(attacks: readonly AttackQuery[], limits: Partial<QueryLimits> = {}): Promise<void> {
  const { listening, data, stop } = await aCollector({ query: { memoryGrowthMb: 512, ...limits } })
  const bystander = await aBystander(listening, data)
  for (const { name, sql, becomes } of attacks) {
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
}

const endsSoon = { timeLimitMs: 500 }

const attacksThatAre = (kind: AttackQuery['becomes']) => attackQueries.filter(({ becomes }) => becomes === kind)

it.each(['refused', 'too large'] as const)('what is %s stops no event, and no question after it', (kind) =>
  withstand(attacksThatAre(kind)),
)

it('what is stopped stops no event, and no question after it', () => withstand(attacksThatAre('stopped'), endsSoon))

// Each has a collector of its own: the more often a store has ended, the later it is started again.
it.each(attacksThatAre('killed'))('$name is killed, and stops no event, and no question after it', (attack) =>
  withstand([attack], endsSoon),
)
