/** `npm run screenshots`: makes the pictures of the README and the docs anew, from the demo, in docs/images. */
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { chromium } from '@playwright/test'
import { chromiumFlags, ensureChromium } from './chromium.ts'
import { root } from './node-tool.ts'
import { openSeededDemo } from './seeded-demo.ts'

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
const { url, close } = await openSeededDemo(port, ['--rate', '400'])
const browser = await chromium.launch({ executablePath, args: [...chromiumFlags] })
try {
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
  await close()
}

async function longestSession(): Promise<string> {
  const { sessions } = await (await fetch(`${url}api/sessions?sort=events&limit=1`)).json()
  return sessions[0].sessionId
}
