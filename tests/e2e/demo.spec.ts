/** What `npm start` shows: the bots' events on the page, a game to join, and every event of both accounted for. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ledger, QuestionList } from '@downlink/collector'
import { expect, test } from '@playwright/test'
import { root } from '../../tools/node-tool.ts'

let folder: string
let demo: ChildProcess
let url: string

test.beforeAll(async () => {
  const command = join(root, 'packages/cli/bin/downlink.js')
  // Ended by hand, a demo keeps its folder: let it be here.
  folder = await mkdtemp(join(tmpdir(), 'downlink-demo-spec-'))
  const env = { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder }
  demo = spawn(process.execPath, [command, 'demo', '--port', '0'], { stdio: ['ignore', 'ignore', 'pipe'], env })
  url = await new Promise((resolve, reject) => {
    let said = ''
    demo.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const found = /watch +(\S+)\//.exec(said)?.[1]
      if (found !== undefined) resolve(found)
    })
    demo.once('close', (code) => reject(new Error(`The demo ended with ${code}:\n${said}`)))
  })
})

test.afterAll(async () => {
  if (demo.kill('SIGINT')) await once(demo, 'close')
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  expect(demo.exitCode).toBe(0)
})

test('the page shows the battle of the bots, and the player who joins', async ({ page, context }) => {
  const faults: string[] = []
  context.on('weberror', (fault) => faults.push(String(fault.error())))
  context.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text())
  })
  await page.goto(url)
  await expect(page.getByText('Link up')).toBeVisible()
  await expect(page.getByText('bullet_fired').first()).toBeVisible()

  const game = await context.newPage()
  await game.goto(`${url}/play/`)
  await game.getByRole('button', { name: 'Start the battle' }).click()
  await expect.poll(async () => (await playersLedger())?.stored ?? 0).toBeGreaterThan(50)
  await game.close()

  await expect.poll(async () => (await playersLedger())?.open).toBe(false)
  const ledger = await playersLedger()
  expect(ledger).toMatchObject({ stored: ledger?.pushed, rejected: {}, dropped: {}, missing: 0, balanced: true })
  expect(faults).toEqual([])
})

test('each question has an answer, and two builds are compared', async ({ page }) => {
  test.slow()
  // The tenth is the first of the second build.
  await expect.poll(pastSessions, { timeout: 90_000 }).toBeGreaterThan(10)
  const { questions }: QuestionList = await (await fetch(`${url}/api/questions`)).json()
  const rows = page.getByRole('region', { name: 'Result', exact: true }).getByRole('row')
  for (const { name } of questions) {
    await page.goto(`${url}/#/questions/${name}`)
    await expect(page).toHaveTitle(new RegExp(`^${name} `))
    await expect(rows.nth(1), name).toBeVisible()
  }
  await page.goto(`${url}/#/questions/errors-by-build?build=red-vs-blue%200.0.9`)
  await page.getByRole('button', { name: 'Compare' }).click()
  await expect(page.getByRole('group', { name: 'B', exact: true }).getByLabel('Build')).toHaveValue(/0\.1\.0$/)
  await expect(page.locator('.legend')).toContainText('B · percent')
})

async function pastSessions(): Promise<number> {
  const answer = await fetch(`${url}/api/sessions?label=made_up`)
  return (await answer.json()).total
}

/** Of the session that is neither the bots' nor made up. */
async function playersLedger(): Promise<Ledger | undefined> {
  const answer = await fetch(`${url}/api/sessions`, { headers: { prefer: 'wait=60' } })
  const { sessions }: { sessions: readonly Ledger[] } = await answer.json()
  return sessions.find(({ labels }) => labels?.player !== 'bots' && labels?.made_up === undefined)
}
