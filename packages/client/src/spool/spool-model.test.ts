/** Any order of pages, pushes, crashes, departures and lost collectors: what was written is delivered, once, as it was. */
import type { Said } from '@downlink/protocol'
import fc from 'fast-check'
import { beforeEach, expect, it } from 'vitest'
import { createFakeBrowser, createFakeCollector, type FakePage, openFakePage, stubKeyRanges } from './test-doubles.ts'

beforeEach(stubKeyRanges)

type Step =
  | { readonly kind: 'push'; readonly count: number }
  | { readonly kind: 'say' | 'wait' | 'serve' | 'crash' | 'leave' | 'freeze' }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constantFrom('say' as const, 'wait', 'serve', 'crash', 'leave', 'freeze') }),
)

/** What a session has pushed, and how much of it was written when it was last asked. */
interface Expected {
  readonly pushed: { readonly data: unknown; readonly said: Said }[]
  written: number
}

const runs = Number(process.env.DOWNLINK_SPOOL_RUNS ?? 60)

it(`delivers what was written, once and as it was (${runs} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.integer({ min: 5, max: 60 }), async (steps, capacity) => {
      const browser = createFakeBrowser()
      const collector = createFakeCollector()
      const expected = new Map<string, Expected>()
      let number = 0
      const expectedOf = ({ telemetry }: FakePage): Expected => {
        const known = expected.get(telemetry.sessionId) ?? { pushed: [], written: 0 }
        expected.set(telemetry.sessionId, known)
        return known
      }
      const look = (page: FakePage): void => {
        expectedOf(page).written = page.telemetry.stats().spool?.written ?? 0
      }
      const open = () => openFakePage(browser, { capacity })
      let page = await open()
      let said: Said = {}
      for (const { kind, ...rest } of steps) {
        if (kind === 'push' && 'count' in rest) {
          for (let at = 0; at < rest.count; at++) {
            const data = { n: number++ }
            page.telemetry.push('tick', data)
            expectedOf(page).pushed.push({ data, said })
          }
        } else if (kind === 'say') {
          const level = number % 3
          page.telemetry.setContext({ level })
          page.telemetry.identify(level > 0 ? `player ${level}` : undefined)
          said = { context: { level }, ...(level > 0 && { labels: { player: `player ${level}` } }) }
        } else if (kind === 'wait') await page.advance(1000)
        else if (kind === 'serve') await collector.serve(page, 1000)
        else if (kind === 'freeze') {
          page.world.leave()
          await page.advance(0)
          page.world.comeBack()
          await page.advance(0)
        }
        look(page)
        if (kind !== 'crash' && kind !== 'leave') continue
        if (kind === 'leave') {
          page.world.leave()
          await page.advance(0)
          look(page)
        }
        page.crash()
        page = await open()
        said = {}
      }
      await collector.serve(page, 5000 + 1000 * expected.size)
      for (const [session, { pushed, written }] of expected) {
        const record = collector.sessions.get(session)
        const drops = Object.values(record?.dropped ?? {}).reduce((sum, count) => sum + count, 0)
        expect(record?.committed ?? 0).toBeGreaterThanOrEqual(written)
        expect((record?.events.size ?? 0) + drops).toBe(record?.committed ?? 0)
        for (const [seq, data] of record?.events ?? []) {
          expect({ data, said: record?.said.get(seq) }).toEqual(pushed[seq - 1])
        }
      }
      expect(
        [...collector.sessions.keys()].filter(
          (session) => !expected.has(session) && collector.sessions.get(session)?.pushed,
        ),
      ).toEqual([])
    }),
    { numRuns: runs },
  )
}, 60_000)
