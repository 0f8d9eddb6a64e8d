/** `npm create downlink` in games that somebody has: what it adds works, and it shows the first event. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { root } from '../../tools/node-tool.ts'

const files = {
  'package.json': JSON.stringify({ type: 'module', scripts: { dev: 'vite' }, devDependencies: { vite: '*' } }),
  'index.html': '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/main.ts"></script>',
  'main.ts': "document.title = 'A game'\n",
  'vite.config.ts': `import { defineConfig } from 'vite'

export default defineConfig({
  cacheDir: '.vite',
  server: { port: 0, host: '127.0.0.1', fs: { strict: false } },
})
`,
}

let game: string
/** Of the user, in which the collector of a plain game keeps its data. */
let home: string

test.beforeEach(async () => {
  game = await mkdtemp(join(tmpdir(), 'downlink-create-'))
  home = await mkdtemp(join(tmpdir(), 'downlink-home-'))
  await symlink(join(root, 'node_modules'), join(game, 'node_modules'), 'junction')
})

test.afterEach(async () => {
  for (const folder of [game, home]) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

test('adds Downlink to a game with Vite, shows its first event, and has nothing to do again', async ({ page }) => {
  for (const [name, text] of Object.entries(files)) await writeFile(join(game, name), text)
  const first = run('--yes', '--no-install')
  try {
    await expect.poll(first.printed).toMatch(/Downlink: +http/)
    await page.goto(/Local: +(http\S+)/.exec(first.printed())?.[1] ?? '')
    await expectFirstEvent(page, first.printed)
  } finally {
    first.end()
    expect(await first.ended).toBe(0)
  }
  expect(await readFile(join(game, 'main.ts'), 'utf8')).toBe(`import './telemetry'\n${files['main.ts']}`)

  const second = run('--yes', '--no-install', '--no-start')
  expect(await second.ended).toBe(0)
  expect(second.printed()).toContain('There is nothing to do')
})

test('puts a script into the page of a game without a bundler, and shows its first event', async ({ page }) => {
  await writeFile(
    join(game, 'index.html'),
    '<!doctype html><head><link rel="icon" href="data:,"></head><script>start = 1</script>',
  )
  const server = createServer(async (_request, response) => {
    response.setHeader('content-type', 'text/html').end(await readFile(join(game, 'index.html')))
  }).listen(0, '127.0.0.1')
  const command = run('--yes', '--port', String(await freePort()))
  try {
    await expect.poll(command.printed).toMatch(/Serve the game/)
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await expectFirstEvent(page, command.printed)
  } finally {
    command.end()
    server.close()
    expect(await command.ended).toBe(0)
  }
  expect((await readdir(game)).sort()).toEqual(['index.html', 'node_modules'])
})

async function expectFirstEvent(page: Page, printed: () => string): Promise<void> {
  await expect.poll(printed).toMatch(/It arrived: \w+ \{/)
  const [, type = ''] = /It arrived: (\w+)/.exec(printed()) ?? []
  await page.goto(/All of its session: (\S+)/.exec(printed())?.[1] ?? '')
  await expect(page.getByText(type).first()).toBeVisible()
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function run(...args: readonly string[]) {
  const command = join(root, 'packages/create-downlink/bin/create-downlink.js')
  const env = { ...process.env, HOME: home, XDG_DATA_HOME: home, LOCALAPPDATA: home }
  const child = spawn(process.execPath, [command, ...args], { cwd: game, env, stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what colours are made of
    printed += text.replaceAll(/\u001b\[\d+m/g, '')
  })
  return {
    printed: () => printed,
    ended: once(child, 'close').then(([code]) => code),
    end: () => child.kill('SIGTERM'),
  }
}
