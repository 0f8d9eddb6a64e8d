import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type LinkConditions,
  type LinkEvent,
  type LinkOptions,
  type LinkState,
  type TryingState,
  transition,
} from './link-state.ts'

const options: LinkOptions = { backoffBaseMs: 500, backoffCapMs: 30_000, minUptimeMs: 5000 }
const withToken: LinkOptions = { ...options, getToken: () => 'token' }
const noon = 1_767_225_600_000

interface Conditions {
  readonly nowMs: number
  readonly random: number
  readonly isOnline: boolean
}

const conditions = (replaced: Partial<Conditions> = {}): LinkConditions => {
  const { nowMs, random, isOnline } = { nowMs: noon, random: 0.5, isOnline: true, ...replaced }
  return [nowMs, random, isOnline]
}

const counts = fc.nat({ max: 40 })
const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
const fatalCodes = [4400, 1007, 4401, 4403, 4409]
const codes = fc.oneof(fc.constantFrom(1000, 1006, 1009, 1012, 1013, 4408, 4413, 4429), fc.constantFrom(...fatalCodes))
const past = fc.record({ attempt: counts, lastCode: fc.option(codes, { nil: undefined }) })

const open: fc.Arbitrary<TryingState & { status: 'open' }> = fc
  .tuple(past, fc.oneof(fc.nat({ max: 20_000 }), fc.constantFrom(4999, 5000)), fc.boolean(), fc.nat({ max: 20_000 }))
  .map(([past, upMs, progressed, slowMs]) => ({
    status: 'open',
    attempt: 0,
    past,
    sinceMs: noon - upMs,
    progressed,
    slowUntilMs: slowMs > 10_000 ? noon + slowMs : 0,
  }))
const trying: fc.Arbitrary<TryingState> = fc.oneof(
  open,
  past.map((past) => ({ status: 'connecting' as const, ...past })),
  fc
    .tuple(past, fc.constantFrom('waiting' as const, 'offline' as const))
    .map(([past, status]) => ({ status, ...past, retryAtMs: noon + 100 })),
  past.map((past) => ({ status: 'away' as const, ...past })),
)
const linked = fc.oneof(
  open,
  past.map((past) => ({ status: 'connecting' as const, ...past })),
)

/** What a state remembers of its failures. */
const failures = (state: TryingState) => (state.status === 'open' && state.past) || state

const failedAs = (state: TryingState) => {
  const { attempt, lastCode } = failures(state)
  return { attempt, lastCode }
}

const signals = fc.constantFrom('online', 'offline', 'visible', 'hidden', 'pagehide', 'pageshow' as const)
const events: fc.Arbitrary<LinkEvent> = fc.oneof(
  fc.tuple(fc.oneof(signals, fc.constantFrom('start', 'retry', 'welcomed', 'acked' as const))),
  fc.tuple(fc.constant('slow' as const), fc.nat({ max: 60_000 })),
  fc.tuple(fc.constant('closed' as const), codes),
)

describe('a lost link', () => {
  const lost = fc.tuple(linked, codes, randoms)

  it('forgets its failures only after five seconds up, with progress', () => {
    fc.assert(
      fc.property(lost, ([state, code, random]) => {
        const next = transition(state, ['closed', code], withToken, conditions({ random }))
        if (next.status === 'stopped') return
        const worked = state.status === 'open' && state.progressed && noon - state.sinceMs >= 5000
        expect(next).toMatchObject({
          status: 'waiting',
          attempt: worked ? 0 : failures(state).attempt + 1,
          lastCode: code,
        })
      }),
    )
  })

  it('waits for anything between nothing and a ceiling that doubles up to the cap', () => {
    const delayOf = (attempt: number, random: number): number => {
      const next = transition({ status: 'connecting', attempt }, ['closed', 1006], options, conditions({ random }))
      return next.status === 'waiting' ? next.retryAtMs - noon : Number.NaN
    }
    fc.assert(
      fc.property(counts, randoms, (attempt, random) => {
        const ceilingMs = Math.min(30_000, 500 * 2 ** attempt)
        expect([delayOf(attempt, 0), delayOf(attempt, 1 - 2 ** -53)]).toEqual([0, ceilingMs])
        expect(delayOf(attempt, random)).toBe(Math.ceil(random * ceilingMs))
      }),
    )
  })

  it('waits at least as long as the collector asked for', () => {
    fc.assert(
      fc.property(open, fc.nat({ max: 900_000 }), codes, randoms, (state, retryAfterMs, code, random) => {
        const slowed = transition(state, ['slow', retryAfterMs], withToken, conditions())
        const next = transition(slowed, ['closed', code], withToken, conditions({ random }))
        if (next.status === 'waiting')
          expect(next.retryAtMs).toBeGreaterThanOrEqual(noon + Math.min(retryAfterMs, 600_000))
      }),
    )
  })

  it('is given up for what another attempt can’t mend, and for nothing else', () => {
    fc.assert(
      fc.property(linked, codes, fc.boolean(), (state, code, hasToken) => {
        const next = transition(state, ['closed', code], hasToken ? withToken : options, conditions())
        const worked = state.status === 'open' && state.progressed
        const isSecond = !worked && failures(state).lastCode === code
        const isFatal = isSecond || code === 4403 || code === 4409 || (code === 4401 && !hasToken)
        expect(next.status).toBe(isFatal && fatalCodes.includes(code) ? 'stopped' : 'waiting')
      }),
    )
  })

  it.each([
    [4400, 'bad-frame'],
    [1007, 'bad-frame'],
    [4401, 'unauthorised'],
    [4403, 'forbidden'],
    [4409, 'replaced'],
  ])('says of %i why it is given up', (code, reason) => {
    const state: LinkState = { status: 'connecting', attempt: 1, lastCode: code }
    expect(transition(state, ['closed', code], options, conditions())).toEqual({ status: 'stopped', reason })
  })
})

describe('a link that does not try', () => {
  it.each<LinkState>([{ status: 'idle' }, { status: 'disabled' }, { status: 'stopped', reason: 'forbidden' }])(
    '%j hears nothing but start, and then waits for the next turn',
    (state) => {
      fc.assert(
        fc.property(events, fc.boolean(), (event, isOnline) => {
          const next = transition(state, event, options, conditions({ isOnline }))
          if (event[0] === 'start') expect(next).toEqual({ status: 'waiting', attempt: 0, retryAtMs: noon })
          else expect(next).toBe(state)
        }),
      )
    },
  )
})

describe('any event in any state', () => {
  /** What can be heard where a link stands: of a retry only while it waits, of a welcome only while it connects. */
  const isHeard = (state: LinkState, [on]: LinkEvent): boolean =>
    (on !== 'retry' || 'retryAtMs' in state) &&
    (on !== 'welcomed' || state.status === 'connecting') &&
    (on !== 'closed' || state.status === 'connecting' || state.status === 'open')
  const steps = fc.tuple(trying, events, fc.boolean()).filter(([state, event]) => isHeard(state, event))

  it('opens no second socket: from open or connecting, the way to connecting leads past another state', () => {
    fc.assert(
      fc.property(steps, ([state, event, isOnline]) => {
        const next = transition(state, event, options, conditions({ isOnline }))
        if (state.status === 'open') expect(next.status).not.toBe('connecting')
        if (state.status === 'connecting' && next.status === 'connecting') expect(next).toBe(state)
      }),
    )
  })

  it('connects when a wait is over, or the network is back; from the cache only where the page is back', () => {
    fc.assert(
      fc.property(steps, ([state, event, isOnline]) => {
        const next = transition(state, event, options, conditions({ isOnline }))
        if (next.status !== 'connecting' || state.status === 'connecting') return
        if (state.status === 'away') expect(event[0]).toBe('pageshow')
        if (state.status === 'waiting') expect(event[0]).toBe('retry')
        if (state.status === 'offline') expect(event[0] === 'retry' || isOnline).toBe(true)
      }),
    )
  })

  it('lets the socket go where the page is left, and not where the browser believes the network to be gone', () => {
    fc.assert(
      fc.property(trying, (state) => {
        expect(transition(state, ['pagehide'], options, conditions()).status).toBe('away')
        const next = transition(state, ['offline'], options, conditions({ isOnline: false }))
        expect(next.status).toBe(state.status === 'waiting' ? 'offline' : state.status)
      }),
    )
  })

  it('waits longer while the browser sees no network', () => {
    const lost = transition(
      { status: 'connecting', attempt: 0 },
      ['closed', 1006],
      options,
      conditions({ isOnline: false }),
    )
    expect(lost).toMatchObject({ status: 'offline', attempt: 1, retryAtMs: noon + 15_000 })
  })

  it('keeps the failures in mind until the link has worked', () => {
    fc.assert(
      fc.property(steps, ([state, event, isOnline]) => {
        if (event[0] === 'closed') return
        const next = transition(state, event, options, conditions({ isOnline })) as TryingState
        expect(failures(next)).toMatchObject(failedAs(state))
      }),
    )
  })

  it('changes nothing where it means nothing', () => {
    fc.assert(
      fc.property(
        trying.filter(({ status }) => status !== 'open'),
        (state) => {
          expect(transition(state, ['acked'], options, conditions())).toBe(state)
          expect(transition(state, ['slow', 1000], options, conditions())).toBe(state)
        },
      ),
    )
  })

  it('takes a second start for no more than a look at the network', () => {
    fc.assert(
      fc.property(trying, (state) => {
        const next = transition(state, ['start'], options, conditions())
        if (state.status === 'offline') expect(next.status).toBe('connecting')
        else expect(next).toBe(state)
      }),
    )
  })

  it('is told from a welcome on: since when, and that nothing was acked yet', () => {
    fc.assert(
      fc.property(past, (past) => {
        const next = transition({ status: 'connecting', ...past }, ['welcomed'], options, conditions())
        expect(next).toEqual({ status: 'open', attempt: 0, past, sinceMs: noon, progressed: false, slowUntilMs: 0 })
        expect(transition(next, ['acked'], options, conditions())).toEqual({ ...next, progressed: true })
      }),
    )
  })
})
