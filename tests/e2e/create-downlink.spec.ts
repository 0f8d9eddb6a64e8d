/** `npm create downlink` in a game with Vite that somebody has: what it adds works, and it shows the first event. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
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

test('adds Downlink to a game, shows its first event, and has nothing to do again', async ({ page }) => {
  const game = await mkdtemp(join(tmpdir(), 'downlink-create-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(game, name), text)
  await symlink(join(root, 'node_modules'), join(game, 'node_modules'), 'junction')
  try {
    const first = run(game, '--yes', '--no-install')
    try {
      await expect.poll(first.printed).toMatch(/Downlink: +http/)
      await page.goto(/Local: +(http\S+)/.exec(first.printed())?.[1] ?? '')
      await expect.poll(first.printed).toMatch(/It arrived: \w+ \{/)
      await page.goto(/All of its session: (\S+)/.exec(first.printed())?.[1] ?? '')
      await expect(page.getByText('frame_times').first()).toBeVisible()
    } finally {
      first.end()
      expect(await first.ended).toBe(0)
    }
    expect(await readFile(join(game, 'main.ts'), 'utf8')).toBe(`import './telemetry'\n${files['main.ts']}`)

    const second = run(game, '--yes', '--no-install', '--no-start')
    expect(await second.ended).toBe(0)
    expect(second.printed()).toContain('There is nothing to do')
  } finally {
    await rm(game, { recursive: true, force: true, maxRetries: 5 })
  }
})

function run(cwd: string, ...args: readonly string[]) {
  const command = join(root, 'packages/create-downlink/bin/create-downlink.js')
  const child = spawn(process.execPath, [command, ...args], { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
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
