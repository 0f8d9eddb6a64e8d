/** The packages as users get them: packed, installed in an empty game elsewhere, compiled, built, sending, acked. */
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createCollector } from '@downlink/collector'
import { expect, test } from '@playwright/test'
import { npmPath, root, runNode, toolPath } from '../../tools/node-tool.ts'
import { packInto, type Tarball } from '../../tools/tarballs.ts'

/** What the game brings itself; these are linked to the repository's, which spares their download. */
const tools = ['vite', 'typescript']
const react = ['react', 'react-dom', '@types/react', '@types/react-dom']

const consumers = [
  { name: 'plain', modules: tools },
  { name: 'react', modules: [...tools, ...react] },
]

let folder: string
let tarballs: readonly Tarball[]

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-consumers-'))
  tarballs = await packInto(folder)
})

test.afterAll(() => rm(folder, { recursive: true, force: true }))

for (const { name, modules } of consumers) {
  test(`a Vite and TypeScript game, ${name}, compiles, sends and is acked`, async ({ page }) => {
    const game = join(folder, name)
    await cp(join(import.meta.dirname, 'consumers', name), game, { recursive: true })
    await install(game)
    for (const module of modules) await link(game, module)
    for (const [module, moduleResolution] of [
      ['esnext', 'bundler'],
      ['node16', 'node16'],
    ]) {
      const config = { compilerOptions: { ...compilerOptions, module, moduleResolution }, include: ['*.ts', '*.tsx'] }
      await writeFile(join(game, 'tsconfig.json'), JSON.stringify(config))
      await succeed(toolPath('typescript', 'tsc'), ['-p', 'tsconfig.json'], game)
    }
    await succeed(toolPath('vite'), ['build', '--base', './', '--logLevel', 'warn'], game)

    const collector = createCollector({
      data: join(game, 'data'),
      logger: false,
      pages: {
        '/game': { folder: join(game, 'dist'), config: { enabled: true } },
        '/off': { folder: join(game, 'dist'), config: { enabled: false } },
      },
    })
    try {
      const { url } = await collector.listen({ port: 0 })
      await page.goto(`${url}/game/`)
      await expect(page.locator('#acked')).not.toHaveText('0')
      const { rows } = await collector.query("SELECT data->>'level' AS level FROM events WHERE type = 'level_started'")
      expect(rows).toContainEqual(['3'])

      // The operator's flag is a ceiling: also over a connector that is told to be enabled.
      let sockets = 0
      page.on('websocket', () => sockets++)
      await page.goto(`${url}/off/`)
      await expect(page.locator('#acked')).toHaveText('0')
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)))
      await page.goto('about:blank')
      expect([sockets, (await collector.query('SELECT session_id FROM sessions')).rows.length]).toEqual([0, 1])
    } finally {
      await collector.close()
    }
  })
}

const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  target: 'es2022',
  lib: ['es2022', 'dom', 'dom.iterable'],
  types: [],
  jsx: 'react-jsx',
}

/** Only our own tarballs, and offline: whatever else they needed at install would be missed here. */
async function install(game: string): Promise<void> {
  const own = tarballs.filter((tarball) => /\/(protocol|client)$/.test(tarball.name)).map(({ file }) => file)
  await writeFile(join(game, 'package.json'), JSON.stringify({ name: 'game', private: true, type: 'module' }))
  await succeed(npmPath(), ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', ...own], game)
}

async function link(game: string, module: string): Promise<void> {
  const path = join(game, 'node_modules', module)
  await mkdir(dirname(path), { recursive: true })
  await symlink(join(root, 'node_modules', module), path, 'junction')
}

async function succeed(script: string, args: readonly string[], cwd: string): Promise<void> {
  const { exitCode, output } = await runNode(script, args, { cwd })
  if (exitCode !== 0) throw new Error(`Expected ${args.join(' ')} to succeed:\n${output}`)
}
