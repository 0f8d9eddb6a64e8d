/** A game that fails, built with Vite and played in each browser: the page shows where in the sources, which nobody else is shown. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Collector, createCollector } from '@downlink/collector'
import { downlink } from '@downlink/vite'
import { expect, type Page, test } from '@playwright/test'
import { build, createServer } from 'vite'
import { root } from '../../tools/node-tool.ts'
import { chromium } from './fixtures/browsers/chromium.ts'
import { firefox } from './fixtures/browsers/firefox.ts'
import { webkit } from './fixtures/browsers/webkit.ts'
import { expectAccessible } from './page/accessible.ts'

const files = {
  'package.json': '{ "type": "module", "version": "1.4.2" }',
  'index.html': '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/src/main.ts"></script>',
  'src/main.ts': `import { createTelemetry } from '@downlink/client'
import { auto } from '@downlink/client/auto'
import { attachWorker } from '@downlink/client/worker'
import { Ship } from './ship'

const telemetry = createTelemetry({
  enabled: true,
  build: import.meta.env.VITE_TELEMETRY_BUILD,
  labels: { played: new URLSearchParams(location.search).get('in') ?? '' },
})
auto(telemetry)
attachWorker(new Worker(new URL('./pathfinder.ts', import.meta.url), { type: 'module' }), telemetry)
setTimeout(() => {
  new Ship('nova').hit('fire')
}, 100)
`,
  'src/ship.ts': `type Cause = 'fire' | 'ice'

export class Ship {
  constructor(readonly name: string) {}

  hit(cause: Cause): string {
    const damage = (amount: number): number => {
      if (amount > 2) throw new RangeError(\`\${this.name} has no hull against \${cause}\`)
      return amount
    }
    return \`\${this.name}: \${damage(cause.length)}\`
  }
}
`,
  'src/pathfinder.ts': `import { createWorkerTelemetry } from '@downlink/client/worker'

const telemetry = createWorkerTelemetry()

function findPath(steps: readonly number[]): number {
  const far = steps.find((step) => step > 3)
  if (far) throw new Error(\`no path of \${far}\`)
  return steps.length
}

try {
  findPath([1, 2, 4])
} catch (error) {
  telemetry.push('path_failed', { stack: (error as Error).stack })
}
`,
}

let game: string

test.beforeAll(async () => {
  game = await mkdtemp(join(tmpdir(), 'downlink-maps-'))
  await symlink(join(root, 'node_modules'), join(game, 'node_modules'), 'junction')
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(game, name)), { recursive: true })
    await writeFile(join(game, name), text)
  }
})

test.afterAll(() => rm(game, { recursive: true, force: true, maxRetries: 5 }))

type Ask = (sql: string) => Promise<readonly (readonly unknown[])[]>

/** @returns where the page shows the event of a type, once it is stored */
async function eventOf(ask: Ask, played: string, type: string): Promise<string> {
  const sql = `SELECT session_id, seq FROM events JOIN sessions USING (session_id)
    WHERE type = '${type}' AND (labels->>'played') = '${played}'`
  let rows: Awaited<ReturnType<Ask>> = []
  const find = async (): Promise<number> => {
    rows = await ask(sql)
    return rows.length
  }
  await expect.poll(find, { timeout: 90_000 }).toBe(1)
  const [[session, seq] = []] = rows
  return `#/sessions/${session}?event=${seq}`
}

const stackOf = (page: Page) => page.getByRole('region', { name: 'Stack' })

test.describe('a build', () => {
  let collector: Collector
  let url: string

  test.beforeAll(async () => {
    await build({ root: game, base: './', configFile: false, logLevel: 'silent', plugins: [downlink()] })
    const pages = { '/play': { folder: join(game, 'dist') } }
    collector = createCollector({ data: join(game, '.downlink'), pages, logger: false })
    url = (await collector.listen({ port: 0 })).url
  })

  test.afterAll(() => collector.close())

  const ask: Ask = async (sql) => (await collector.query(sql)).rows

  test('shows nobody its sources', async () => {
    const names = await readdir(join(game, 'dist'), { recursive: true })
    expect(names.filter((name) => name.endsWith('.js'))).toHaveLength(2)
    expect(names.filter((name) => name.endsWith('.map'))).toEqual([])
    for (const name of names.filter((each) => each.endsWith('.js'))) {
      expect(await readFile(join(game, 'dist', name), 'utf8')).not.toContain('sourceMappingURL')
    }
  })

  for (const kind of [chromium, firefox, webkit]) {
    test(`of which errors in ${kind.name} lead to file, line and function`, async ({ page }) => {
      test.skip(kind.missing !== undefined, kind.missing)
      const profile = await mkdtemp(join(tmpdir(), 'downlink-maps-'))
      const browser = await kind.open(profile)
      try {
        const tab = await browser.newTab()
        await tab.goto(`${url}/play/?in=${kind.name}`)
        const uncaught = await eventOf(ask, kind.name, 'error')
        const caught = await eventOf(ask, kind.name, 'path_failed')
        expect(await ask(`SELECT DISTINCT build FROM sessions WHERE (labels->>'played') = '${kind.name}'`)).toEqual([
          ['1.4.2'],
        ])

        await page.goto(`${url}/${uncaught}`)
        const stack = stackOf(page)
        await expect(stack.getByRole('listitem').first()).toContainText(/damage src\/ship\.ts:8:\d+/)
        await expect(stack.locator('[aria-current]').first()).toContainText('8 if (amount > 2) throw new RangeError(')
        await expect(stack).toContainText(/src\/main\.ts:14:\d+/)
        await expect(stack).not.toContainText('assets/')

        await page.goto(`${url}/${caught}`)
        await expect(stackOf(page).getByRole('listitem').first()).toContainText(/findPath src\/pathfinder\.ts:7:\d+/)
        await expect(stackOf(page)).toContainText(/src\/pathfinder\.ts:12:\d+/)
      } finally {
        await browser.close()
        await rm(profile, { recursive: true, force: true, maxRetries: 5 })
      }
    })
  }

  test('shows them as the browser wrote them, too, and says where no map is kept', async ({ page }) => {
    await page.goto(`${url}/play/?in=page`)
    const uncaught = await eventOf(ask, 'page', 'error')
    await page.goto(`${url}/${uncaught}`)
    const stack = stackOf(page)
    await expect(stack).toContainText(/Ship\.hit src\/ship\.ts:11:\d+/)
    await expectAccessible(page, 'session-source')
    await stack.getByRole('button', { name: 'As the browser wrote it' }).click()
    await expect(stack).toContainText(/assets\/index-[\w-]{8}\.js:\d+:\d+/)
    await expect(stack).not.toContainText('src/ship.ts')

    await rm(join(game, '.downlink/source-maps'), { recursive: true })
    await page.reload()
    await expect(stack).toContainText(
      /No source map is kept of http:\S+\/play\/assets\/index-[\w-]{8}\.js, build 1\.4\.2\./,
    )
    await expect(stack).toContainText(/assets\/index-[\w-]{8}\.js:\d+:\d+/)
  })
})

test('on a dev server an error leads to the sources, too', async ({ page }) => {
  const server = await createServer({
    root: game,
    configFile: false,
    logLevel: 'silent',
    cacheDir: join(game, '.vite'),
    server: { port: 0, host: '127.0.0.1', fs: { strict: false } },
    plugins: [downlink({ data: '.downlink-dev' })],
  })
  try {
    await server.listen()
    const [url = ''] = server.resolvedUrls?.local ?? []
    await page.goto(`${url}?in=dev`)
    const ask: Ask = async (sql) => {
      const answer = await page.request.post(`${url}__downlink/api/query`, { data: { sql } })
      return (await answer.json()).rows
    }
    const uncaught = await eventOf(ask, 'dev', 'error')
    await page.goto(`${url}__downlink/${uncaught}`)
    await expect(stackOf(page).getByRole('listitem').first()).toContainText(/damage src\/ship\.ts:8:\d+/)
    await expect(stackOf(page)).toContainText(/src\/main\.ts:14:\d+/)
  } finally {
    await server.close()
  }
})
