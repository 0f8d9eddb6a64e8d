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
  // Of one, the first rows fit: it is cut there. On a machine that has much else to do none is sure to heed it in time.
  stopped: ['query_timeout', 'query_too_large', 'query_killed', undefined],
  killed: ['query_killed', 'query_timeout', 'query_too_large'],
}

const patient = { timeout: 60_000, interval: 100 }

/** @param atOnce of those that no other is noticed by */
async function withstand(
  attacks: readonly AttackQuery[],
  limits: Partial<QueryLimits> = {},
  atOnce = 1,
): Promise<void> {
  const { listening, data, stop } = await aCollector({ query: { memoryGrowthMb: 512, ...limits } })
  const bystander = await aBystander(listening, data)
  for (let at = 0; at < attacks.length; at += atOnce) {
    let isOver = false
    const asked = Promise.all(
      attacks.slice(at, at + atOnce).map(async ({ name, sql, becomes }) => {
        expect(outcomes[becomes], name).toContain((await ask(listening.url, sql)).code)
      }),
    ).finally(() => {
      isOver = true
    })
    asked.catch(() => {})
    do await bystander.say()
    while (!isOver)
    await asked
    await bystander.say()
    await expect.poll(async () => (await ask(listening.url, 'SELECT 1')).status, patient).toBe(200)
  }
  await stop()
  expect(await bystander.stored()).toBe(true)
}

const endsSoon = { timeLimitMs: 500 }

const attacksThatAre = (kind: AttackQuery['becomes']) => attackQueries.filter(({ becomes }) => becomes === kind)

it('what is refused stops no event, and no question after it', () => withstand(attacksThatAre('refused'), {}, 8))

it('what is too large stops no event, and no question after it', () => withstand(attacksThatAre('too large')))

it('what is stopped stops no event, and no question after it', () => withstand(attacksThatAre('stopped'), endsSoon))

// In three collectors: the more often a store has ended, the later it is started again.
it('what is killed stops no event, and no question after it', { timeout: 120_000 }, async () => {
  const attacks = attacksThatAre('killed')
  const parts = [0, 1, 2].map((part) => attacks.filter((_, at) => at % 3 === part))
  await Promise.all(parts.map((part) => withstand(part, endsSoon)))
})
