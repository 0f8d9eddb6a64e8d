/** In each browser that is here: events arrive, leaving a page loses none, and what a page has left the next one delivers. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OutboxStats } from '@downlink/client'
import { type Collector, createCollector } from '@downlink/collector'
import { expect, test } from '@playwright/test'
import { chromium } from './fixtures/browsers/chromium.ts'
import type { DrivenBrowser, Frame, Tab } from './fixtures/browsers/driven-browser.ts'
import { firefox } from './fixtures/browsers/firefox.ts'
import { webkit } from './fixtures/browsers/webkit.ts'
import { type ModuleSite, openModuleSite } from './fixtures/module-site.ts'
import { openWire, type Wire } from './fixtures/wire.ts'

let folder: string
let site: ModuleSite
/** Another site, on another port, which shows the game in a frame. */
let portal: string
let portalSite: ModuleSite
let wire: Wire
let collector: Collector
let browser: DrivenBrowser

async function open(kind: typeof chromium): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'downlink-browsers-'))
  site = await openModuleSite()
  wire = await openWire()
  portalSite = await openModuleSite()
  portal = portalSite.url.replace('127.0.0.1', 'localhost')
  const origins = [site.url.replace(/\/$/, '')]
  collector = createCollector({ data: join(folder, 'data'), origins, logger: false })
  wire.leadTo(Number(new URL((await collector.listen({ port: 0 })).url).port))
  browser = await kind.open(folder)
}

async function close(): Promise<void> {
  await browser?.close()
  await collector.close()
  await wire.close()
  await site.close()
  await portalSite.close()
  await rm(folder, { recursive: true, force: true })
}

/**
 * @param isDeaf its socket never opens
 * @returns the session's id
 */
async function startGame(frame: Frame, isDeaf = false): Promise<string> {
  await expect.poll(() => frame.evaluate(() => 'downlink' in globalThis)).toBe(true)
  return frame.evaluate(
    ({ url, isDeaf }) => {
      const { createTelemetry, createSpool } = downlink
      const silent = {
        bufferedAmount: 0,
        onopen: null,
        onmessage: null,
        onclose: null,
        onerror: null,
        send() {},
        close() {},
      }
      globalThis.telemetry = createTelemetry({
        url,
        enabled: true,
        spool: createSpool(),
        ...(isDeaf && { environment: { createSocket: () => silent } }),
      })
      telemetry.start()
      return telemetry.sessionId
    },
    { url: `http://127.0.0.1:${wire.port}`, isDeaf },
  )
}

async function embed(): Promise<{ readonly tab: Tab; readonly frame: Frame }> {
  const tab = await browser.newTab()
  await tab.goto(portal)
  await tab.evaluate(
    (url) =>
      new Promise((loaded) => {
        const frame = document.createElement('iframe')
        frame.src = url
        frame.onload = () => loaded(undefined)
        document.body.replaceChildren(frame)
      }),
    site.url,
  )
  return { tab, frame: tab.frame }
}

/** Numbered from 1. */
const push = (frame: Frame, count: number): Promise<void> =>
  frame.evaluate((count) => {
    const { pushed } = telemetry.stats()
    for (let n = pushed + 1; n <= pushed + count; n++) telemetry.push('tick', { n })
  }, count)

const stats = (frame: Frame): Promise<OutboxStats> => frame.evaluate(() => telemetry.stats())

async function expectStored(session: string, count: number): Promise<void> {
  await expect.poll(() => collector.ledger(session)).toMatchObject({ pushed: count, stored: count, missing: 0 })
  const { rows } = await collector.query(
    `SELECT seq, data->>'n' FROM events WHERE session_id = '${session}' ORDER BY seq, data`,
  )
  expect(rows).toEqual(Array.from({ length: count }, (_, at) => [at + 1, `${at + 1}`]))
}

test.describe.configure({ mode: 'parallel' })

for (const kind of [chromium, firefox, webkit]) {
  if (kind.missing !== undefined) {
    const { missing } = kind
    test(`in ${kind.name}`, () => test.skip(true, missing))
    continue
  }
  test.describe(`in ${kind.name}`, () => {
    // They share a browser: starting one takes longer than what they do in it.
    test.describe.configure({ mode: 'default' })
    test.beforeAll(() => open(kind))
    test.afterAll(close)

    test('events arrive, before a lost link and after', async () => {
      const tab = await browser.newTab()
      await tab.goto(site.url)
      const session = await startGame(tab)
      await push(tab, 200)
      await expectStored(session, 200)
      wire.cut()
      await push(tab, 200)
      wire.mend()
      await expectStored(session, 400)
      expect((await stats(tab)).spool?.state).toEqual({ status: 'on' })
    })

    test('a page that is closed flushes what no socket took', async () => {
      const tab = await browser.newTab()
      await tab.goto(site.url)
      const session = await startGame(tab, true)
      await push(tab, 100)
      await tab.close()
      await expectStored(session, 100)
    })

    test('so does a page that is left, and the next one of its tab has its spool', async () => {
      const tab = await browser.newTab()
      await tab.goto(site.url)
      const session = await startGame(tab, true)
      await push(tab, 100)
      await tab.goto(`${site.url}next`)
      await expectStored(session, 100)
      await startGame(tab)
      await push(tab, 10)
      await expect.poll(async () => (await stats(tab)).spool).toMatchObject({ state: { status: 'on' }, written: 10 })
    })

    test('auto records errors, frames, loading, device and player', async () => {
      const tab = await browser.newTab()
      await tab.goto(site.url)
      await expect.poll(() => tab.evaluate(() => 'downlink' in globalThis)).toBe(true)
      const session = await tab.evaluate((url) => {
        globalThis.telemetry = downlink.createTelemetry({ url, enabled: true })
        downlink.auto(telemetry)
        setTimeout(() => {
          throw new TypeError('No hull')
        })
        void Promise.reject(new RangeError('No map'))
        return telemetry.sessionId
      }, `http://127.0.0.1:${wire.port}`)
      const of = async (sql: string) => (await collector.query(`${sql} WHERE session_id = '${session}'`)).rows
      // A browser without a screen may draw nothing, and have no WebGL.
      const { draws, gpu } = await tab.evaluate(async () => {
        const frame = () => new Promise((resolve) => requestAnimationFrame(() => resolve(true)))
        const late = new Promise((resolve) => setTimeout(resolve, 2000, false))
        const drawn = await Promise.race([frame().then(frame).then(frame), late])
        const context = document.createElement('canvas').getContext('webgl')
        const unmasked = context?.getExtension('WEBGL_debug_renderer_info')?.UNMASKED_RENDERER_WEBGL
        return { draws: drawn === true, gpu: context && (context.getParameter(unmasked ?? context.RENDERER) as string) }
      })
      const types = `SELECT list_sort(list(DISTINCT type)) FROM (SELECT * FROM events WHERE type NOT IN ('long_frame', 'page_hidden'))`
      await expect.poll(() => of(types)).toEqual([[['error', ...(draws ? ['frame_times'] : []), 'page_loaded']]])
      const errors = `SELECT data->>'kind', data->>'name', data->>'message', (data->>'stack') IS NOT NULL
        FROM (SELECT * FROM events WHERE type = 'error' ORDER BY data->>'kind')`
      expect(await of(errors)).toEqual([
        ['error', 'TypeError', 'No hull', true],
        ['rejection', 'RangeError', 'No map', true],
      ])
      const labels = `SELECT (labels->>'player') IS NOT NULL, (labels->>'screen') LIKE '%x%', labels->>'gpu' FROM sessions`
      const told = async () => {
        // Labels are told with the next event.
        await push(tab, 1)
        return of(labels)
      }
      await expect.poll(told).toEqual([[true, true, gpu]])
    })

    // Firefox keeps no page that has held a lock: such a page begins anew.
    if (kind !== firefox) {
      test('a page out of the back-forward cache goes on, as another session where its own was taken over', async () => {
        const tab = await browser.newTab()
        await tab.goto(site.url)
        const session = await startGame(tab)
        await push(tab, 100)
        await expectStored(session, 100)
        await tab.goto(`${site.url}next`)
        await tab.back()
        await push(tab, 100)
        await expectStored(session, 200)

        wire.cut()
        await push(tab, 100)
        await expect.poll(async () => (await stats(tab)).spool?.written).toBe(300)
        await tab.goto(`${site.url}next`)
        const other = await browser.newTab()
        await other.goto(site.url)
        await startGame(other)
        await expect.poll(async () => (await stats(other)).spool?.state.status).toBe('on')
        await tab.back()
        const sessionNow = (): Promise<string> => tab.evaluate(() => telemetry.sessionId)
        await expect.poll(sessionNow).not.toBe(session)
        await push(tab, 100)
        await expect.poll(async () => (await stats(tab)).spool?.written).toBe(100)
        wire.mend()
        await expectStored(session, 300)
        await expectStored(await sessionNow(), 100)
      })
    }

    test('a game in a frame of another site: events arrive, and it flushes when frame or page goes', async () => {
      const { frame } = await embed()
      const session = await startGame(frame)
      await push(frame, 200)
      await expectStored(session, 200)
      for (const isRemoved of [true, false]) {
        const { tab, frame } = await embed()
        const session = await startGame(frame, true)
        await push(frame, 100)
        if (isRemoved) await tab.evaluate(() => document.querySelector('iframe')?.remove())
        else await tab.goto(portal)
        await expectStored(session, 100)
      }
    })

    test('what such a game had written without a collector, the next such frame delivers, and no page of its own', async () => {
      wire.cut()
      const { tab, frame } = await embed()
      const session = await startGame(frame)
      await push(frame, 50)
      await expect.poll(async () => (await stats(frame)).spool?.written).toBe(50)
      await tab.close()
      wire.mend()
      const alone = await browser.newTab()
      await alone.goto(site.url)
      await startGame(alone)
      await expect.poll(async () => (await stats(alone)).spool?.state.status).toBe('on')
      const next = await embed()
      await startGame(next.frame)
      await expectStored(session, 50)
      expect((await stats(next.frame)).spool?.state).toEqual({ status: 'on' })
      expect((await stats(alone)).spool?.earlier.delivered).toBe(0)
    })

    test('what a page had written without a collector, the next one delivers', async () => {
      wire.cut()
      const tab = await browser.newTab()
      await tab.goto(site.url)
      const session = await startGame(tab)
      await push(tab, 300)
      await expect.poll(async () => (await stats(tab)).spool?.written).toBe(300)
      if (browser.crash) await browser.crash()
      else await tab.close()
      wire.mend()
      const next = await browser.newTab()
      await next.goto(site.url)
      await startGame(next)
      await expect.poll(async () => (await stats(next)).spool?.earlier.delivered).toBe(300)
      await expectStored(session, 300)
    })

    if (kind === webkit) {
      test('what a page had written whose process is killed, another page delivers', async () => {
        wire.cut()
        const tab = await browser.newTab()
        await tab.goto(site.url)
        const session = await startGame(tab)
        await push(tab, 300)
        await expect.poll(async () => (await stats(tab)).spool?.written).toBe(300)
        const doomed = (await browser.pageProcesses?.()) ?? []
        const next = await browser.newTab()
        await next.goto(`${site.url}next`)
        await expect.poll(() => next.evaluate(() => 'downlink' in globalThis)).toBe(true)
        // Nobody can ask it afterwards: it begins by itself, once no page holds its spool any more.
        await next.evaluate((url) => {
          const begin = async (): Promise<void> => {
            if ((await navigator.locks.query()).held?.length) return void setTimeout(begin, 50)
            const { createTelemetry, createSpool } = downlink
            createTelemetry({ url, enabled: true, spool: createSpool() }).start()
          }
          void begin()
        }, `http://127.0.0.1:${wire.port}`)
        expect(doomed.length).toBeGreaterThan(0)
        for (const pid of doomed) process.kill(pid, 'SIGKILL')
        wire.mend()
        await expectStored(session, 300)
      })
    }
  })
}
