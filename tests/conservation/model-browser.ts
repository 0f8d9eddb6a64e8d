/** Runs the pages of a browser over storage that outlives them. They are left and come back to, crash, and lose their links. */
import 'fake-indexeddb/auto'
import type { Chance } from '../../packages/cli/src/verify/random.ts'
import { createFakeBrowser } from '../../packages/client/src/spool/test-doubles.ts'
import type { FakePost } from '../../packages/client/src/test-doubles.ts'
import type { Sessions } from '../../packages/collector/src/session/sessions.ts'
import { createIngest, type Ingest } from './ingest.ts'
import { createJournal } from './journal.ts'
import { type ModelPage, openModelPage } from './model-page.ts'
import type { Senders } from './senders.ts'
import type { SendersOptions } from './two-halves.ts'

const maxPages = 2
/** Between two acts of whoever plays: whose connection is higher is told by the clock, and none is made more often than it ticks. */
const actMs = 100

export function createModelBrowser(chance: Chance, { sessions, remember }: SendersOptions): Senders {
  const browser = createFakeBrowser()
  const journal = createJournal()
  /** Outlive the pages that posted them. */
  const beacons: FakePost[] = []
  let pages: readonly ModelPage[] = []
  let isCalm = false
  let served: { readonly sessions: Sessions; readonly ingest: Ingest } | undefined

  return {
    async play() {
      browser.nowMs += actMs
      const page = pages[chance(pages.length)]
      const dice = chance(100)
      if (!page) await open()
      else if (dice < 8) await replace(page, 'crash')
      else if (dice < 12) await replace(page, 'close')
      else if (dice < 16 && pages.length < maxPages) await open()
      else if (page.isLeft) page.comeBack()
      else if (dice < 70) page.push(1 + chance(12))
      else if (dice < 74) page.pushRefused()
      else if (dice < 82) page.hide()
      else if (dice < 90) page.leave()
      else if (dice < 97) page.switchNetwork(chance(2) === 0)
      else page.setEnabled(chance(2) === 0)
    },

    async communicate() {
      if (isCalm) return serve()
      const page = pages[chance(pages.length)]
      const dice = chance(100)
      if (!page || dice < 5) return deliverBeacon()
      if (page.isLeft) return
      if (dice < 40) page.anyWire()?.deliverUp(1 + chance(5))
      else if (dice < 70) page.anyWire()?.deliverDown(1 + chance(5))
      else if (dice < 97) await pass(1 + chance(chance(4) === 0 ? 1500 : 150))
      else page.anyWire()?.cut(chance(2) === 0)
    },

    impersonate() {
      const [session] = [...journal.entries].find(([, { acked }]) => acked > 0) ?? []
      if (session === undefined) return
      const hello = { session, proof: '0'.repeat(32), conn: 2 ** 40, next: 1, pushed: 1, now: browser.nowMs }
      const body = JSON.stringify({ ...hello, seq: 1, events: [{ type: 'forged', timestamp: 1 }] })
      void ingest()?.post(body, undefined, 'somebody').catch(remember)
    },

    hangUp: () => cutAll(() => true),
    loseLinks: () => cutAll(() => chance(2) === 0),
    endanger: journal.void,

    async calm() {
      isCalm = true
      browser.nowMs += actMs
      for (const page of pages) {
        if (page.isLeft) page.comeBack()
        page.switchNetwork(true)
        page.setEnabled(true)
      }
      // It adopts what the others have left.
      await open()
    },

    get isDone() {
      return journal.isKept && pages.every(({ isDone }) => isDone)
    },
    acked: () => new Map([...journal.entries].map(([id, { acked, isVoid }]) => [id, isVoid ? 0 : acked])),

    check(content) {
      journal.check(content)
      for (const page of pages) page.check(content)
    },
  }

  function ingest(): Ingest | undefined {
    const present = sessions()
    if (!present) return undefined
    if (served?.sessions !== present) {
      served = { sessions: present, ingest: createIngest(present, () => browser.nowMs) }
    }
    return served.ingest
  }

  async function open(): Promise<void> {
    pages = [...pages, await openModelPage({ browser, chance, journal, ingest })]
  }

  /** By another one, as whoever plays goes on. */
  async function replace(page: ModelPage, how: 'crash' | 'close'): Promise<void> {
    if (how === 'close' && !page.isLeft) page.leave()
    beacons.push(...page.takePosts())
    page.crash()
    pages = pages.filter((other) => other !== page)
    await open()
  }

  /** For all pages alike, but for those that are frozen. */
  async function pass(ms: number): Promise<void> {
    browser.nowMs += ms
    for (const page of pages) if (!page.isLeft) await page.catchUp()
  }

  /** The oldest, unless it is lost; so may its answer be. */
  function deliverBeacon(): void {
    for (const page of pages) beacons.push(...page.takePosts())
    const beacon = beacons.shift()
    if (!beacon) return
    const answer = (text?: string): void => void beacon.answer(text).catch(remember)
    const present = isCalm || chance(4) > 0 ? ingest() : undefined
    if (!present) {
      answer()
      return
    }
    const isAnswered = isCalm || chance(2) === 0
    present.post(beacon.body, undefined, 'player').then(({ status, body }) => {
      if (status === 200) journal.acknowledge(beacon.post.session, body.ack)
      answer(isAnswered ? JSON.stringify(body) : undefined)
    }, remember)
  }

  /** Everything arrives. */
  async function serve(): Promise<void> {
    do deliverBeacon()
    while (beacons.length > 0)
    for (const wire of pages.flatMap((page) => page.wires())) {
      wire.deliverUp(100)
      wire.deliverDown(100)
    }
    await pass(250)
  }

  function cutAll(isHeard: () => boolean): void {
    for (const page of pages) for (const wire of page.wires()) wire.cut(isHeard())
  }
}
