/** `npm run screenshots`: makes the pictures of the README and the docs anew, from the demo, in docs/images. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { chromium } from '@playwright/test'
import { chromiumFlags, ensureChromium } from './chromium.ts'
import { root } from './node-tool.ts'

/** Names of the files, and what of the page they show. */
const pictures = (session: string): Readonly<Record<string, string>> => ({
  live: '#/live',
  session: `#/sessions/${session}`,
  questions: '#/questions/heat-map',
  rejected: '#/rejected',
  health: '#/health',
  play: 'play/',
})

const size = { width: 1280, height: 800 }
const port = 4199
/** Of the demo, so that a minute's chart is full. */
const warmUpMs = 65_000

const executablePath = await ensureChromium()
if (executablePath === undefined) throw new Error('Expected a Chromium: see CONTRIBUTING.md')
const command = join(root, 'packages/cli/bin/downlink.js')
const demo = spawn(process.execPath, [command, 'demo', '--port', `${port}`, '--seed', '7', '--rate', '400'], {
  stdio: ['ignore', 'ignore', 'inherit'],
})
const url = `http://127.0.0.1:${port}/`
const browser = await chromium.launch({ executablePath, args: [...chromiumFlags] })
try {
  await untilItAnswers()
  await sendWhatIsWrong()
  await setTimeout(warmUpMs)
  const page = await browser.newPage({ viewport: size, colorScheme: 'dark' })
  for (const [name, path] of Object.entries(pictures(await longestSession()))) {
    await page.goto(url + path)
    if (name === 'play') await page.getByRole('button', { name: 'Start the battle' }).click()
    // What glides has arrived by then, and a battle has begun.
    await page.waitForTimeout(4000)
    await page.screenshot({ path: join(root, 'docs/images', `${name}.jpg`), type: 'jpeg', quality: 85 })
    console.log(`docs/images/${name}.jpg`)
  }
} finally {
  await browser.close()
  if (demo.kill('SIGINT')) await once(demo, 'exit')
}

async function untilItAnswers(): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (
      await fetch(`${url}readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return
    await setTimeout(200)
  }
  throw new Error(`Expected the demo to answer at ${url}`)
}

async function longestSession(): Promise<string> {
  const { sessions } = await (await fetch(`${url}api/sessions?sort=events&limit=1`)).json()
  return sessions[0].sessionId
}

/** The demo's game makes no mistakes; what is done about them is to be seen as well. */
async function sendWhatIsWrong(): Promise<void> {
  const wrong = [
    { type: 'frame_stats', data: { fps: 'sixty', p50Ms: 1, p95Ms: 2, p99Ms: 3, worstMs: 4 } },
    { type: 'bulet_fired', data: { shipId: 'red-1' } },
  ]
  const send = (headers: Readonly<Record<string, string>>) =>
    fetch(`${url}telemetry`, { method: 'POST', headers, body: JSON.stringify(wrong) })
  await send({})
  await send({ origin: 'https://game.example' })
}
