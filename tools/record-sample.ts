/** `npm run sample`: records what a collector answers the page about a seeded demo, for the page with sample data on the site. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { EventPage, QuestionList, SessionPage, StoredEvent } from '@downlink/collector'
import { chromium, type Page } from '@playwright/test'
import { chromiumFlags, ensureChromium } from './chromium.ts'
import { root } from './node-tool.ts'
import { openSeededDemo } from './seeded-demo.ts'

/** As `site/sample/stand-in.js` reads it. */
interface Sample {
  readonly recordedAtMs: number
  /** By method, path and body of the request: what was answered, and how long that took. */
  readonly answers: Readonly<Record<string, { readonly timing?: string; readonly answer: unknown }>>
  /** Of sessions, which the page asks for in pieces. */
  readonly events: Readonly<Record<string, readonly StoredEvent[]>>
  /** What came over the live feed, each after so many milliseconds. */
  readonly live: readonly (readonly [afterMs: number, text: string])[]
}

const port = 4198
const file = join(root, 'site/sample/answers.json')
/** Until the demo has made up the days before. */
const warmUpMs = 40_000
const liveMs = 4000
/** Until a view has all that it asks for. */
const answerMs = 3000
/** Whose events are recorded, too: the shortest of those that have ended, for the file is in the repository. One has none. */
const sessionCount = 6

const executablePath = await ensureChromium()
if (executablePath === undefined) throw new Error('Expected a Chromium: see CONTRIBUTING.md')
const demo = await openSeededDemo(port, ['--rate', '60'])
const browser = await chromium.launch({ executablePath, args: [...chromiumFlags] })
try {
  await setTimeout(warmUpMs)
  const sample = await record(await browser.newPage())
  await writeFile(file, linesOf(sample))
  console.log(`${file}: ${Object.keys(sample.answers).length} answers`)
} finally {
  await browser.close()
  await demo.close()
}

/** Opens each view, for what it asks is what the sample has to answer. */
async function record(page: Page): Promise<Sample> {
  const answers: { [request: string]: Sample['answers'][string] } = {}
  // On its way, so that an answer is whole, however soon its view is left.
  await page.route(/\/api\/(?!live|events\?session=)/, async (route) => {
    const request = route.request()
    const response = await route.fetch()
    if (response.ok()) {
      const key = `${request.method()} ${request.url().slice(demo.url.length)} ${request.postData() ?? ''}`.trim()
      const timing = response.headers()['server-timing']
      answers[key] = { ...(timing !== undefined && { timing }), answer: await response.json() }
    }
    await route.fulfill({ response })
  })
  const recordedAtMs = Date.now()
  const live = await recordLive()
  const { sessions } = await read<SessionPage>('api/sessions?limit=100')
  const { questions } = await read<QuestionList>('api/questions')
  const whole = sessions.filter(({ ended }) => ended)
  whole.sort((one, other) => one.stored - other.stored)
  const sampled = whole.slice(0, sessionCount).map(({ sessionId }) => sessionId)
  const views = ['live', 'sessions', 'questions', 'sql', 'rejected', 'health']
  const named = [
    ...sampled.map((sessionId) => `sessions/${sessionId}`),
    ...questions.map(({ name }) => `questions/${name}`),
  ]
  for (const view of [...views, ...named]) {
    await page.goto(`${demo.url}#/${view}`)
    await page.waitForTimeout(answerMs)
    await runSqlOf(page, view)
    console.log(view)
  }
  // What is asked before a download.
  await page.evaluate(
    (body) => fetch('api/query', { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
    JSON.stringify({ sql: 'SELECT 1' }),
  )
  await page.unrouteAll({ behavior: 'wait' })
  const events: { [sessionId: string]: Sample['events'][string] } = {}
  for (const id of sampled) events[id] = await eventsOf(id)
  return { recordedAtMs, answers, events, live }
}

/** Runs what a view offers as SQL: the examples, or a question's own. */
async function runSqlOf(page: Page, view: string): Promise<void> {
  const examples = page.locator('.examples').getByRole('button')
  const change = page.getByRole('link', { name: 'Change it in SQL' })
  const buttons = view === 'sql' ? await examples.all() : []
  if (view.startsWith('questions/')) {
    await change.click()
    buttons.push(page.getByRole('button', { name: 'Run', exact: true }))
  }
  for (const button of buttons) {
    await button.click()
    await page.waitForTimeout(answerMs)
  }
}

async function read<Answer>(path: string): Promise<Answer> {
  const response = await fetch(demo.url + path)
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.json() as Promise<Answer>
}

async function eventsOf(sessionId: string): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for (;;) {
    const path = `api/events?session=${sessionId}&after=${events.at(-1)?.seq ?? 0}&limit=1000`
    const page = await read<EventPage<StoredEvent>>(path)
    if (page.events.length === 0) return events
    events.push(...page.events)
  }
}

async function recordLive(): Promise<Sample['live']> {
  const live: [number, string][] = []
  const beganMs = performance.now()
  const { body } = await fetch(`${demo.url}api/live`)
  if (!body) throw new Error('Expected a live feed')
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const afterMs = Math.round(performance.now() - beganMs)
    live.push([afterMs, text])
    if (afterMs > liveMs) break
  }
  return live
}

/** An answer a line, so that a change of one is seen. */
function linesOf({ recordedAtMs, answers, events, live }: Sample): string {
  const members = (values: object) =>
    Object.entries(values)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(',\n')
  return `{
"recordedAtMs": ${recordedAtMs},
"answers": {
${members(answers)}
},
"events": {
${members(events)}
},
"live": [
${live.map((message) => JSON.stringify(message)).join(',\n')}
]
}
`
}
