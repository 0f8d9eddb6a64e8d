import { expect, it } from 'vitest'
import { failureText, isSound, type Verdict, verdictText } from './verdict.ts'

function aVerdict(found: Partial<Verdict> = {}): Verdict {
  const none = { missing: 0, doubled: 0, reordered: 0, changed: 0, invented: 0, unbalanced: 0 }
  const latency = { ackMs: { p50: 1, p99: 2 }, undisturbedAckMs: { p50: 1, p99: 2 } }
  const counts = {
    seed: 7,
    sessions: 4,
    pushed: 20_000,
    unpushed: 0,
    acked: 20_000,
    stored: 20_000,
    dropped: 0,
    seconds: 5,
  }
  const verdict = {
    ...none,
    ...latency,
    ...counts,
    unfinished: [],
    isFlowing: true,
    outageMs: { longest: 0, total: 0 },
    faults: {},
    ...found,
  }
  return { ...verdict, ok: isSound(verdict) }
}

const lastLine = (verdict: Verdict): string | undefined => verdictText(verdict).split('\n').at(-1)

it('says in a sentence what was proved', () => {
  expect(lastLine(aVerdict())).toBe('Proved: each of the 20,000 events is stored once, as it was pushed, and in order.')
})

it('says that what was dropped was meant to be', () => {
  const verdict = aVerdict({ stored: 16_100, dropped: 3900 })
  expect(lastLine(verdict)).toBe(
    'Proved: each of the 20,000 events is stored once, as it was pushed, and in order, or counted as dropped. 3,900 were dropped, on purpose: some clients push on where their buffer is full.',
  )
})

it('proves nothing where something is wrong, and says what', () => {
  const verdict = aVerdict({ missing: 2, stored: 19_998 })
  expect(lastLine(verdict)).toContain('NOT PROVED')
  expect(failureText(verdict)).toBe('Of 20,000 events: 2 missing')
})

it('proves nothing where not all could be pushed, whatever became of the rest', () => {
  const verdict = aVerdict({ pushed: 4501, acked: 4501, stored: 4501, unpushed: 11_499 })
  expect(verdict.ok).toBe(false)
  expect(failureText(verdict)).toBe('Of 4,501 events: 11,499 more could not be pushed')
})

it('says of each session that is not acknowledged in full how its link stands, and why', () => {
  const unfinished = [
    { sessionId: 'one', unacked: 305, link: 'stopped', reason: 'replaced', message: 'A newer one took over' },
    { sessionId: 'two', unacked: 1153, link: 'waiting', attempt: 4, lastCode: 1013, message: 'Come back later' },
    { sessionId: 'three', unacked: 1, link: 'open', attempt: 0 },
  ] as const
  const verdict = aVerdict({ acked: 18_541, unfinished })
  expect(verdict.ok).toBe(false)
  expect(failureText(verdict)).toBe('Of 20,000 events: 3 sessions not acknowledged in full')
  expect(verdictText(verdict).split('\n').slice(-5)).toEqual([
    'one: 305 events not acknowledged, its link has stopped for good: replaced (A newer one took over)',
    'two: 1,153 events not acknowledged, its link is waiting, attempt 4, closed with 1013 (Come back later)',
    'three: 1 event not acknowledged, its link is open',
    '',
    'NOT PROVED: not all that was to be pushed is accounted for.',
  ])
})
