import { IDBFactory, IDBObjectStore } from 'fake-indexeddb'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { SpoolStats } from '../outbox.ts'
import { createTestTelemetry, pushMany } from '../test-doubles.ts'
import { createSpool, type SpoolOptions } from './create-spool.ts'
import type { SpoolEnvironment } from './environment.ts'
import {
  createFakeBrowser,
  createFakeCollector,
  type FakeBrowser,
  type FakePage,
  openFakePage,
  stubKeyRanges,
} from './test-doubles.ts'

beforeEach(stubKeyRanges)

const spoolOf = ({ telemetry }: FakePage): SpoolStats => {
  const { spool } = telemetry.stats()
  if (!spool) throw new Error('Expected stats of a spool')
  return spool
}

/** A page that has written so many events, and is gone. */
async function crashed(browser: FakeBrowser, count = 10, options = {}): Promise<string> {
  const page = await openFakePage(browser, options)
  pushMany(page.telemetry, count)
  await page.advance(1000)
  page.crash()
  return page.telemetry.sessionId
}

const day = 86_400_000

describe('a page', () => {
  it('writes once a second what is not acknowledged', async () => {
    const page = await openFakePage(createFakeBrowser())
    expect(spoolOf(page)).toMatchObject({ state: { status: 'on' }, written: 0 })
    pushMany(page.telemetry, 10)
    expect(spoolOf(page).written).toBe(0)
    await page.advance(1000)
    expect(spoolOf(page).written).toBe(10)
  })

  it('writes at once when it is hidden', async () => {
    const page = await openFakePage(createFakeBrowser())
    pushMany(page.telemetry, 10)
    page.world.hide()
    await page.advance(0)
    expect(spoolOf(page).written).toBe(10)
  })

  it('writes all that was pushed, however much that is', async () => {
    const page = await openFakePage(createFakeBrowser())
    pushMany(page.telemetry, 2200)
    await page.advance(1000)
    for (let chunk = 0; chunk < 5; chunk++) await page.advance(0)
    expect(spoolOf(page).written).toBe(2200)
  })

  it('touches nothing before it is started', async () => {
    const touched: unknown[] = []
    const indexedDB = new Proxy(new IDBFactory(), { get: (_, name) => touched.push(name) })
    const spool = createSpool({ environment: { indexedDB, locks: undefined } })
    const { telemetry } = createTestTelemetry({ spool })
    pushMany(telemetry, 10)
    telemetry.stop()
    expect([touched, telemetry.stats().spool?.state]).toEqual([[], { status: 'idle' }])
  })
})

describe('after a crash', () => {
  it('what was written keeps its context and labels, and takes none of the page that delivers it', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const first = await openFakePage(browser)
    pushMany(first.telemetry, 1)
    await first.advance(1000)
    first.telemetry.setContext({ level: 1 })
    first.telemetry.identify('ann')
    pushMany(first.telemetry, 2)
    first.telemetry.setContext({ level: undefined })
    pushMany(first.telemetry, 1)
    await first.advance(1000)
    first.crash()
    const second = await openFakePage(browser)
    second.telemetry.setContext({ level: 9 })
    second.telemetry.identify('bob')
    await collector.serve(second)
    const inLevel = { context: { level: 1 }, labels: { player: 'ann' } }
    const said = [...(collector.sessions.get(first.telemetry.sessionId)?.said.values() ?? [])]
    expect(said).toEqual([{}, inLevel, inLevel, { labels: { player: 'ann' } }])
  })

  it('the next page delivers what was written, as the session that it was', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const first = await crashed(browser, 100, { build: 'old', labels: { player: 'nova' }, key: 'yesterday' })
    const second = await openFakePage(browser, { build: 'new', key: 'today' })
    await collector.serve(second)
    const record = collector.sessions.get(first)
    expect([...(record?.events ?? [])]).toEqual(Array.from({ length: 100 }, (_, at) => [at + 1, { n: at + 1 }]))
    expect(record).toMatchObject({ committed: 100, pushed: 100, ended: false, dropped: {} })
    expect(record?.hellos).toMatchObject([
      { key: 'today', meta: { build: 'old', labels: { player: 'nova' } }, next: 1 },
    ])
    expect(record?.hellos[0]?.conn).toBeGreaterThan(1_000_000)
    expect(spoolOf(second).earlier).toEqual({ delivered: 100, refused: 0, expired: 0, overflow: 0 })

    const third = await openFakePage(browser)
    const { length } = third.world.sockets
    await collector.serve(third)
    expect([length, third.framesOf(first)]).toEqual([1, []])
  })

  it('shows the proof that the collector knows, and goes on where that is', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const first = await openFakePage(browser)
    pushMany(first.telemetry, 60)
    await collector.serve(first)
    pushMany(first.telemetry, 5, 61)
    await first.advance(1000)
    first.crash()
    await collector.serve(await openFakePage(browser))
    const [before, after] = collector.sessions.get(first.telemetry.sessionId)?.hellos ?? []
    expect(after).toMatchObject({ proof: before?.proof, next: 61, pushed: 65 })
    expect(after?.conn).toBeGreaterThan(before?.conn ?? Infinity)
  })

  it('names the session that crashed in the labels of the next, and no session that was left', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const first = await crashed(browser)
    const second = await openFakePage(browser, { labels: { player: 'nova' } })
    await collector.serve(second)
    const [hello] = collector.sessions.get(second.telemetry.sessionId)?.hellos ?? []
    expect(hello?.meta?.labels).toEqual({ previous_session: first, player: 'nova' })
    second.world.leave()
    await second.advance(0)
    second.crash()
    const third = await openFakePage(browser)
    await collector.serve(third)
    expect(collector.sessions.get(third.telemetry.sessionId)?.hellos[0]?.meta?.labels).toEqual({})
  })

  it('says that a session has ended where its page was left, and only then', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const lost = await crashed(browser)
    const left = await openFakePage(browser)
    pushMany(left.telemetry, 10)
    left.world.leave()
    await left.advance(0)
    left.crash()
    await collector.serve(await openFakePage(browser), 5000)
    expect(collector.sessions.get(left.telemetry.sessionId)).toMatchObject({ committed: 10, ended: true })
    expect(collector.sessions.get(lost)).toMatchObject({ committed: 10, ended: false })
  })

  it('is quiet where the collector has more than was written', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const first = await crashed(browser)
    const events = new Map()
    const record = { committed: 25, pushed: 25, ended: false, hellos: [], events, said: new Map(), dropped: {} }
    collector.sessions.set(first, record)
    const second = await openFakePage(browser)
    await collector.serve(second)
    expect([second.world.warnings, events.size]).toEqual([[], 0])
    expect(spoolOf(second).earlier.delivered).toBe(10)
    expect(collector.sessions.size).toBe(2)
  })

  it('accounts for every sequence by its reason', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const first = await openFakePage(browser, {
      capacity: 20,
      redact: (event) => ((event.data as { n: number }).n % 10 === 0 ? undefined : event),
    })
    pushMany(first.telemetry, 15)
    await first.advance(1000)
    pushMany(first.telemetry, 30, 16)
    const circle: { n: number; self?: unknown } = { n: 1 }
    circle.self = circle
    first.telemetry.push('circle', circle)
    await first.advance(1000)
    const { dropped, queued } = first.telemetry.stats()
    first.crash()
    await collector.serve(await openFakePage(browser))
    const record = collector.sessions.get(first.telemetry.sessionId)
    expect(dropped).toEqual({ sampled: 4, overflow: 22, unencodable: 1 })
    expect(record).toMatchObject({ committed: 46, dropped })
    expect(record?.events.size).toBe(queued)
  })

  it('tries again with the page after that, where the collector is not there or the page is left', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const first = await crashed(browser)
    const second = await openFakePage(browser)
    await second.advance(5000)
    second.crash()
    const third = await openFakePage(browser)
    await third.advance(0)
    third.world.leave()
    third.crash()
    await collector.serve(await openFakePage(browser))
    expect(collector.sessions.get(first)).toMatchObject({ committed: 10 })
    expect(collector.sessions.get(second.telemetry.sessionId)).toBeUndefined()
  })

  it('leaves the sessions of another collector on the same origin alone', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const first = await crashed(browser, 10, { url: 'wss://one.example' })
    const other = await openFakePage(browser, { url: 'wss://two.example' })
    await collector.serve(other)
    expect(collector.sessions.get(first)).toBeUndefined()
    other.telemetry.setEnabled(false)
    await other.advance(0)
    await collector.serve(await openFakePage(browser, { url: 'wss://one.example' }))
    expect(collector.sessions.get(first)).toMatchObject({ committed: 10 })
  })

  it('discards what the collector refuses while it welcomes this page: the session was forgotten', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const first = await crashed(browser)
    collector.refused.add(first)
    const second = await openFakePage(browser)
    collector.refused.add(second.telemetry.sessionId)
    await collector.serve(second)
    expect(spoolOf(second).earlier.refused).toBe(0)
    second.crash()
    collector.refused.delete(second.telemetry.sessionId)
    const third = await openFakePage(browser)
    await collector.serve(third, 5000)
    expect(spoolOf(third).earlier.refused).toBe(10)
    const fourth = await openFakePage(browser)
    await collector.serve(fourth)
    expect(fourth.framesOf(first)).toEqual([])
  })
})

describe('two tabs', () => {
  it('never send one session', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const first = await crashed(browser)
    const [second, third] = await Promise.all([openFakePage(browser), openFakePage(browser)])
    pushMany(second.telemetry, 5)
    for (let turn = 0; turn < 4; turn++) for (const page of [second, third]) await collector.serve(page, 1000)
    expect(collector.sessions.get(first)?.hellos).toHaveLength(1)
    expect(collector.sessions.get(first)).toMatchObject({ committed: 10 })
    expect(third.framesOf(second.telemetry.sessionId)).toEqual([])
  })
})

describe('a session that was adopted', () => {
  it('is let go where the storage fails once, and the page after that delivers it', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const first = await crashed(browser)
    const { getAll } = IDBObjectStore.prototype
    // The sessions are found, and then not the chunks of the first one.
    vi.spyOn(IDBObjectStore.prototype, 'getAll')
      .mockImplementationOnce(getAll)
      .mockImplementationOnce(() => {
        throw new Error('once')
      })
    const second = await openFakePage(browser)
    await collector.serve(second)
    expect(collector.sessions.get(first)).toBeUndefined()
    await collector.serve(await openFakePage(browser))
    expect(collector.sessions.get(first)).toMatchObject({ committed: 10 })
  })

  it('is one of many, without a warning of the platform', async () => {
    const warned = vi.fn()
    process.on('warning', warned)
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    for (let page = 0; page < 12; page++) await crashed(browser)
    const last = await openFakePage(browser)
    await collector.serve(last, 20_000)
    expect(spoolOf(last).earlier.delivered).toBeGreaterThan(0)
    process.off('warning', warned)
    expect(warned).not.toHaveBeenCalled()
  })
})

describe('the back-forward cache', () => {
  it('gives a page back its session where nobody took it over', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const page = await openFakePage(browser)
    const { sessionId } = page.telemetry
    pushMany(page.telemetry, 10)
    page.world.leave()
    await page.advance(1000)
    page.world.comeBack()
    pushMany(page.telemetry, 5, 11)
    await collector.serve(page)
    expect(page.telemetry.sessionId).toBe(sessionId)
    expect(collector.sessions.get(sessionId)).toMatchObject({ committed: 15, ended: false })
  })

  it('gives it back above the connections of a page that delivered for it, and is gone', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const page = await openFakePage(browser)
    const { sessionId } = page.telemetry
    pushMany(page.telemetry, 10)
    page.world.leave()
    await page.advance(1000)
    const other = await openFakePage(browser)
    await collector.serve(other)
    other.crash()
    page.world.nowMs = other.world.nowMs + 100
    page.world.comeBack()
    pushMany(page.telemetry, 5, 11)
    await collector.serve(page)
    expect(page.telemetry.sessionId).toBe(sessionId)
    const connections = (of: FakePage): number[] =>
      of.framesOf(sessionId).flatMap((frame) => (frame.t === 'hello' ? frame.conn : []))
    expect(connections(other)).toHaveLength(1)
    expect(connections(page).at(-1)).toBeGreaterThan(Math.max(...connections(other)))
    expect(collector.sessions.get(sessionId)).toMatchObject({ committed: 15 })
  })

  it('gives it another one where a page is delivering its own', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const page = await openFakePage(browser)
    const { sessionId } = page.telemetry
    pushMany(page.telemetry, 10)
    page.world.leave()
    await page.advance(0)
    const other = await openFakePage(browser)
    await other.advance(1000)
    page.world.comeBack()
    await page.advance(0)
    expect(spoolOf(page).written).toBe(0)
    pushMany(page.telemetry, 5, 11)
    await collector.serve(page)
    await collector.serve(other)
    expect(page.telemetry.sessionId).not.toBe(sessionId)
    expect([...(collector.sessions.get(sessionId)?.events.keys() ?? [])]).toHaveLength(10)
    expect([...(collector.sessions.get(page.telemetry.sessionId)?.events ?? [])]).toEqual(
      Array.from({ length: 5 }, (_, at) => [at + 1, { n: at + 11 }]),
    )
  })
})

it('a page that is left while it asks for the lock of its session does not keep it', async () => {
  const browser = createFakeBrowser()
  const page = await openFakePage(browser)
  page.telemetry.stop()
  page.telemetry.start()
  page.telemetry.stop()
  await page.advance(0)
  expect([...browser.locks]).toEqual([])
})

describe('switched off', () => {
  it.each<[string, { readonly enabled?: boolean; readonly consent?: boolean }]>([
    ['by the operator', { enabled: false }],
    ['by the player', { consent: false }],
  ])('%s, nothing is adopted, and all is gone', async (_, options) => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const first = await crashed(browser)
    const off = await openFakePage(browser, options)
    await collector.serve(off)
    expect([off.world.sockets, spoolOf(off).state]).toEqual([[], { status: 'idle' }])
    await collector.serve(await openFakePage(browser))
    expect(collector.sessions.get(first)).toBeUndefined()
  })

  it('in mid-game, what was written is gone, and on again it goes on', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const page = await openFakePage(browser)
    pushMany(page.telemetry, 10)
    await page.advance(1000)
    page.telemetry.setEnabled(false)
    await page.advance(0)
    page.telemetry.setEnabled(true)
    pushMany(page.telemetry, 5, 11)
    await page.advance(1000)
    page.crash()
    await collector.serve(await openFakePage(browser))
    const record = collector.sessions.get(page.telemetry.sessionId)
    expect(record).toMatchObject({ committed: 15, dropped: { disabled: 10 } })
    expect([...(record?.events.keys() ?? [])]).toEqual([11, 12, 13, 14, 15])
  })
})

describe('what is kept is bounded', () => {
  it('the oldest session gives way, is counted, and is not delivered', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const spooling = { maxBytes: 2000 }
    const first = await crashed(browser, 12, { spooling })
    const second = await crashed(browser, 12, { spooling })
    const third = await openFakePage(browser, { spooling })
    expect(spoolOf(third).earlier.overflow).toBe(12)
    third.crash()
    await collector.serve(await openFakePage(browser, { spooling }))
    expect([first, second].map((id) => collector.sessions.get(id)?.committed)).toEqual([undefined, 12])
  })

  it('never takes what another page keeps that is there', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const spooling = { maxBytes: 2000 }
    const first = await openFakePage(browser, { spooling })
    pushMany(first.telemetry, 12)
    await first.advance(1000)
    const second = await openFakePage(browser, { spooling })
    pushMany(second.telemetry, 24)
    await second.advance(1000)
    expect(spoolOf(second).earlier.overflow).toBe(0)
    first.crash()
    second.crash()
    await collector.serve(await openFakePage(browser), 5000)
    expect(collector.sessions.get(first.telemetry.sessionId)?.events.size).toBe(12)
  })

  it('what of one session has no room is counted as overflow', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const page = await openFakePage(browser, { spooling: { maxBytes: 2000 } })
    pushMany(page.telemetry, 100)
    await page.advance(1000)
    const { written } = spoolOf(page)
    expect(written).toBeGreaterThan(10)
    expect(written).toBeLessThan(40)
    page.crash()
    await collector.serve(await openFakePage(browser))
    const record = collector.sessions.get(page.telemetry.sessionId)
    expect(record).toMatchObject({ committed: 100, dropped: { overflow: 100 - written } })
    expect(record?.events.size).toBe(written)
  })

  it('what is too old is counted, and not sent', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const first = await crashed(browser)
    browser.nowMs += 31 * day
    const second = await openFakePage(browser)
    await collector.serve(second)
    expect(collector.sessions.get(first)).toBeUndefined()
    expect(spoolOf(second).earlier.expired).toBe(10)
  })
})

describe('a limit out of its range', () => {
  const wrong: readonly (readonly [object, string])[] = [
    [{ maxBytes: -3 }, 'Expected `maxBytes` to be a whole number from 1 to 2147483647, got -3'],
    [{ maxBytes: '4 MB' }, 'Expected `maxBytes` to be a whole number from 1 to 2147483647, got "4 MB"'],
    [{ keepDays: 0 }, 'Expected `keepDays` to be a whole number from 1 to 2147483647, got 0'],
    [{ keepDays: Number.NaN }, 'Expected `keepDays` to be a whole number from 1 to 2147483647, got "NaN"'],
  ]

  it.each(wrong)('%j is explained once in development, and the page goes on', async (spooling, message) => {
    const { world } = await openFakePage(createFakeBrowser(), { spooling, isDevelopment: true })
    expect(world.warnings).toEqual([expect.stringContaining(`bad_option: ${message}: `)])
  })

  it.each(wrong)('%j is warned of once in production, and the default holds', async (spooling) => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const first = await crashed(browser, 100, { spooling })
    const second = await openFakePage(browser, { spooling })
    await collector.serve(second)
    expect(second.world.warnings).toEqual([expect.stringContaining(Object.keys(spooling)[0] ?? '')])
    expect(collector.sessions.get(first)).toMatchObject({ committed: 100, dropped: {} })
  })

  it.each([undefined, null, { maxBytes: undefined, keepDays: null }])('%j is left out', async (options) => {
    const { world, telemetry } = createTestTelemetry({ spool: createSpool(options as unknown as SpoolOptions) })
    pushMany(telemetry, 1)
    expect([world.warnings, telemetry.stats().queued]).toEqual([[], 1])
  })
})

/** IndexedDB in which something goes wrong. */
function faulty(fault: Partial<Pick<IDBFactory, 'open'>>): IDBFactory {
  return Object.assign(new IDBFactory(), fault)
}

describe('where the storage fails, the client goes on without it, and says so', () => {
  const broken: readonly (readonly [string, Partial<SpoolEnvironment>, string])[] = [
    ['there is none', { indexedDB: undefined }, 'No IndexedDB'],
    ['there are no Web Locks', { locks: undefined }, 'Web Locks'],
    [
      'it is forbidden, as in some frames',
      {
        indexedDB: faulty({
          open() {
            throw new DOMException('denied', 'SecurityError')
          },
        }),
      },
      'SecurityError',
    ],
    ['it never answers', { indexedDB: faulty({ open: () => ({}) as IDBOpenDBRequest }) }, 'No answer'],
    [
      'locks are forbidden',
      { locks: { request: () => Promise.reject(new DOMException('denied', 'SecurityError')) } },
      'SecurityError',
    ],
  ]

  it.each(broken)('%s', async (_, environment, message) => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const page = await openFakePage(browser, { spooling: { environment } })
    pushMany(page.telemetry, 10)
    await collector.serve(page, 8000)
    expect(spoolOf(page).state).toEqual({ status: 'off', message: expect.stringContaining(message) })
    expect(page.telemetry.stats().acked).toBe(10)
    expect(page.world.warnings).toEqual([])
  })

  it('a newer version has the database', async () => {
    const browser = createFakeBrowser()
    await new Promise((resolve) => {
      browser.indexedDB.open('downlink', 99).onsuccess = resolve
    })
    const page = await openFakePage(browser)
    await page.advance(1000)
    expect(spoolOf(page).state).toMatchObject({ status: 'off', message: expect.stringContaining('VersionError') })
  })

  it('a newer version wants it: it gets it', async () => {
    const browser = createFakeBrowser()
    const page = await openFakePage(browser)
    const upgraded = new Promise((resolve, reject) => {
      const request = browser.indexedDB.open('downlink', 2)
      request.onsuccess = resolve
      request.onblocked = reject
    })
    await page.advance(0)
    await upgraded
    pushMany(page.telemetry, 1)
    await page.advance(2000)
    expect(spoolOf(page).state.status).toBe('off')
  })

  it('the quota is full, and later it is not', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const page = await openFakePage(browser)
    const put = IDBObjectStore.prototype.put
    IDBObjectStore.prototype.put = function () {
      this.transaction.abort()
      throw new DOMException('full', 'QuotaExceededError')
    }
    try {
      pushMany(page.telemetry, 10)
      await page.advance(2000)
      expect(spoolOf(page)).toMatchObject({ state: { status: 'off', message: expect.stringMatching(/Quota|Abort/) } })
    } finally {
      IDBObjectStore.prototype.put = put
    }
    pushMany(page.telemetry, 5, 11)
    await page.advance(32_000)
    expect(spoolOf(page)).toMatchObject({ state: { status: 'on' }, written: 15 })
    page.crash()
    await collector.serve(await openFakePage(browser))
    expect(collector.sessions.get(page.telemetry.sessionId)).toMatchObject({ committed: 15, dropped: {} })
  })

  it('it was cleared in mid-game: what is on the line is written anew', async () => {
    const browser = createFakeBrowser()
    const collector = createFakeCollector()
    const page = await openFakePage(browser)
    pushMany(page.telemetry, 10)
    await page.advance(1000)
    browser.indexedDB.deleteDatabase('downlink')
    await page.advance(0)
    pushMany(page.telemetry, 5, 11)
    await page.advance(33_000)
    expect(spoolOf(page)).toMatchObject({ state: { status: 'on' }, written: 15 })
    page.crash()
    await collector.serve(await openFakePage(browser))
    expect(collector.sessions.get(page.telemetry.sessionId)?.events.size).toBe(15)
  })
})
