import { readFile, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { aGame, filesOf, plainGame, run, viteGame } from './test-doubles.ts'

const doIt = ['--yes', '--no-start']

it('adds plugin, telemetry and one import to a game with Vite, installs, and a second run has nothing to do', async () => {
  const folder = await aGame(viteGame)
  const first = await run(folder, doIt)
  expect(first).toMatchObject({ exitCode: 0, warned: '' })
  expect(first.commands).toEqual(['npm install @downlink/client', 'npm install -D @downlink/vite'])
  const files = await filesOf(folder)
  expect(files['src/main.ts']).toBe("import './telemetry'\nimport { play } from './play'\n\nplay()\n")
  expect(files['src/telemetry.ts']).toMatch(/^\/\/\/ <reference types="@downlink\/vite\/client" \/>\n/)
  expect(files['src/telemetry.ts']).toContain(
    'export const telemetry = startTelemetry({ build: import.meta.env.VITE_TELEMETRY_BUILD })\n',
  )
  expect(files['vite.config.ts']).toBe(
    "import { downlink } from '@downlink/vite'\nimport { defineConfig } from 'vite'\n\nexport default defineConfig({\n  plugins: [downlink()],\n  base: './', // for itch.io\n})\n",
  )
  const second = await run(folder, [...doIt, '--no-install'])
  expect(second.printed).toContain('There is nothing to do')
  expect(await filesOf(folder)).toEqual(files)
})

it('changes nothing in a dry run, and says what it would do', async () => {
  const folder = await aGame(viteGame)
  const { printed, commands } = await run(folder, ['--dry-run'])
  expect(printed).toContain('create  src/telemetry.ts')
  expect(printed).toContain("change  src/main.ts\n          + import './telemetry'")
  expect(printed).toContain('run     npm install -D @downlink/vite')
  expect([await filesOf(folder), commands]).toEqual([viteGame, []])
})

it.each([
  ['nobody is there to ask', undefined, 2],
  ['the answer is no', false, 0],
])('changes nothing where %s', async (_, answer, exitCode) => {
  const folder = await aGame(viteGame)
  expect(await run(folder, [], { confirm: async () => answer })).toMatchObject({ exitCode, commands: [] })
  expect(await filesOf(folder)).toEqual(viteGame)
})

it('knows a game with Phaser, whose scripts name configs of their own', async () => {
  const config =
    "import { defineConfig } from 'vite';\n\nexport default defineConfig({\n    base: './',\n    server: {\n        port: 8080\n    }\n});\n"
  const folder = await aGame({
    'package.json': JSON.stringify({
      scripts: {
        dev: 'node log.js dev & vite --config vite/config.dev.mjs',
        build: 'vite build --config vite/config.prod.mjs',
      },
      dependencies: { phaser: '^3.90.0' },
      devDependencies: { vite: '^6.3.1' },
    }),
    'pnpm-lock.yaml': '',
    'index.html': '<script type="module" src="src/main.js"></script>',
    'src/main.js': '// @ts-check\n\nimport { Boot } from "./scenes/Boot";\r\nimport { Game } from "phaser";\r\n',
    'vite/config.dev.mjs': config,
    'vite/config.prod.mjs': config,
  })
  const { printed, commands } = await run(folder, doIt)
  expect(printed).toContain('a game with Phaser and Vite, in JavaScript')
  expect(commands).toEqual(['pnpm add @downlink/client', 'pnpm add -D @downlink/vite'])
  const files = await filesOf(folder)
  expect(files['src/main.js']).toBe(
    '// @ts-check\n\nimport "./telemetry.js";\r\nimport { Boot } from "./scenes/Boot";\r\nimport { Game } from "phaser";\r\n',
  )
  for (const name of ['vite/config.dev.mjs', 'vite/config.prod.mjs']) {
    expect(files[name]).toMatch(
      /^import \{ downlink \} from '@downlink\/vite';\n.*\n {4}plugins: \[downlink\(\)\],\n {4}base/s,
    )
    expect(files[name]).toContain('    server: {\n        port: 8080\n    }')
  }
  expect(Object.keys(files).filter((name) => name.includes('vite.config'))).toEqual([])
})

it('makes a config where there is none, as a module', async () => {
  const { 'vite.config.ts': _, ...others } = viteGame
  const folder = await aGame({ ...others, 'package.json': JSON.stringify({ devDependencies: { vite: '^7.0.0' } }) })
  await run(folder, doIt)
  expect((await filesOf(folder))['vite.config.mts']).toContain('plugins: [downlink()]')
})

it.each([
  ['export default { plugins: [react()] }', 'export default { plugins: [downlink(), react()] }'],
  [
    'export default defineConfig({\n  plugins: [\n    vue(),\n  ],\n})',
    'export default defineConfig({\n  plugins: [\n    downlink(),\n    vue(),\n  ],\n})',
  ],
  [
    'const config: UserConfig = { base: "/" }\nexport default config',
    'const config: UserConfig = { plugins: [downlink()], base: "/" }\nexport default config',
  ],
  ['export default {} satisfies UserConfig', 'export default {plugins: [downlink()]} satisfies UserConfig'],
  ['export default { plugins: [] }', 'export default { plugins: [downlink()] }'],
  [
    'export default defineConfig(({ mode }) => ({ base: mode }))',
    'export default defineConfig(({ mode }) => ({ plugins: [downlink()], base: mode }))',
  ],
])('adds the plugin to %s', async (config, changed) => {
  const folder = await aGame({ ...viteGame, 'vite.config.ts': config })
  await run(folder, doIt)
  expect((await filesOf(folder))['vite.config.ts']).toBe(`import { downlink } from '@downlink/vite'\n${changed}`)
})

it.each([
  'export default defineConfig(({ mode }) => { return { base: mode } })',
  'export default mergeConfig(base, { base: "/" })',
  'export default { plugins: shared }',
  'module.exports = { base: "/" }',
  'export default {{',
])('says that the plugin is to be added by hand to %s', async (config) => {
  const folder = await aGame({ ...viteGame, 'vite.config.ts': config })
  expect((await run(folder, doIt)).printed).toContain('by hand vite.config.ts')
  expect((await filesOf(folder))['vite.config.ts']).toBe(config)
})

it('overwrites nothing, whatever has its names', async () => {
  const own = { 'src/telemetry.ts': 'export const own = 1\n' }
  const folder = await aGame({ ...viteGame, ...own })
  await run(folder, doIt)
  const files = await filesOf(folder)
  expect(files).toMatchObject({ ...own, 'src/main.ts': expect.stringContaining("import './downlink'\n") })
  expect(files['src/downlink.ts']).toContain('startTelemetry({ build: ')
})

it('leaves a game alone that has a telemetry', async () => {
  const game = {
    ...viteGame,
    'src/main.ts': "import { createTelemetry } from '@downlink/client'\n",
    'vite.config.ts': "import { downlink } from '@downlink/vite'\nexport default { plugins: [downlink({})] }\n",
  }
  const folder = await aGame(game)
  expect((await run(folder, [...doIt, '--no-install'])).printed).toContain('There is nothing to do')
  expect(await filesOf(folder)).toEqual(game)
})

it('puts one script into the page of a game without a bundler, as the guide has it, and starts a collector', async () => {
  const folder = await aGame(plainGame)
  const { exitCode, printed, commands } = await run(folder, ['--yes', '--port', '4199'])
  expect([exitCode, commands]).toEqual([1, ['npx --yes @downlink/cli serve --port 4199']])
  expect(printed).toContain('This is a game without a bundler.')
  const files = await filesOf(folder)
  const page = files['index.html'] ?? ''
  expect(page).toMatch(
    /^<!doctype html>\n<html>\n<head>\n<script>\n.*http:\/\/127\.0\.0\.1:4199\/client\.js.*<\/script>\n<title>/s,
  )
  expect({ ...files, 'index.html': page.replace(/<script>\n.*?<\/script>\n/s, '') }).toEqual(plainGame)

  const guide = await readFile(new URL('../../../docs/guides/instrument-your-game.md', import.meta.url), 'utf8')
  const [snippet = ''] = /!function\(w,u,o\).*?\n}\(window,/s.exec(guide) ?? []
  expect(page).toContain(snippet)
  expect((await run(folder, doIt)).printed).toContain('There is nothing to do')
})

it.each([
  '<meta charset="utf-8">',
  "<META name='viewport' content='width=device-width'>\r\n  <META CharSet = utf-8 />\r\n",
  '<title>Über</title>\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n',
])('leaves what says how a page is encoded in its first 1,024 bytes: %j', async (head) => {
  const after = '<script src="game.js"></script></head><body></body>'
  const folder = await aGame({ 'index.html': `<!doctype html><head>${head}${after}` })
  await run(folder, doIt)
  const page = (await filesOf(folder))['index.html'] ?? ''
  expect(page.replace(/<script>\n.*?<\/script>\n/s, '|')).toBe(`<!doctype html><head>${head}|${after}`)
})

it('leaves the page of a game to its owner where no place for a script is seen', async () => {
  const folder = await aGame({ 'index.html': 'nothing yet' })
  expect((await run(folder, doIt)).printed).toContain('by hand index.html')
  expect(await filesOf(folder)).toEqual({ 'index.html': 'nothing yet' })
})

it('installs from a folder of tarballs, with what these need', async () => {
  const packed = await aGame(
    Object.fromEntries(
      ['artifacts', 'client', 'collector', 'protocol', 'vite'].map((name) => [`downlink-${name}-0.1.0.tgz`, '']),
    ),
  )
  const { commands } = await run(await aGame(viteGame), [...doIt, '--from', packed])
  const files = (...names: string[]) => names.map((name) => join(packed, `downlink-${name}-0.1.0.tgz`)).join(' ')
  expect(commands).toEqual([
    `npm install ${files('protocol', 'client')}`,
    `npm install -D ${files('artifacts', 'collector', 'vite')}`,
  ])
})

it.each([
  [['--yes', '--port', '65536'], plainGame, 2, 'Expected --port to be 0 to 65535, got 65536'],
  [['--yes'], { ...plainGame, 'package.json': '{"devDependencies":{"webpack":"5"}}' }, 1, 'Expected a game'],
  [['--oops'], {}, 2, "Unknown option '--oops'"],
  [['--yes', '--from', '/nowhere/at/all'], viteGame, 2, 'Expected a folder of packed packages'],
  [['--yes'], { 'package.json': '{}' }, 1, 'Expected a game'],
  [['--yes'], {}, 1, 'Expected a game'],
  [['--yes'], { 'package.json': '{ oops' }, 1, 'Expected package.json to be JSON'],
] as const)('%j in %j ends with %i', async (args, files, exitCode, message) => {
  const folder = await aGame(files)
  const result = await run(folder, args)
  expect(result.exitCode).toBe(exitCode)
  expect(result.warned).toContain(message)
})

it('says what it can not write', async () => {
  const folder = await aGame(viteGame)
  await symlink(join(folder, 'nowhere/at/all'), join(folder, 'src/telemetry.ts'))
  const { exitCode, warned, commands } = await run(folder, doIt)
  expect([exitCode, commands]).toEqual([1, []])
  expect(warned).toMatch(/^Can't write src\/telemetry\.ts: .*\(write_failed\)\n$/)
})

it('says what an install ended with', async () => {
  const failing = { output: (async function* () {})(), ended: Promise.resolve(3), kill: () => {} }
  const { exitCode, warned } = await run(await aGame(viteGame), doIt, { run: () => failing })
  expect([exitCode, warned]).toEqual([1, 'npm install @downlink/client ended with 3 (install_failed)\n'])
})

it('shows the first event that was not there before', async () => {
  const old = { id: 'a:1', type: 'old', data: null, sessionId: 'a' }
  const event = { id: 'b:1', type: 'level_started', data: { level: 3 }, sessionId: 'b' }
  // At first the database starts.
  const answers = [undefined, [old], [old], [event]]
  const asked: string[] = []
  let end = (_code: number): void => {}
  const { printed, commands } = await run(await aGame(viteGame), ['--yes', '--no-install'], {
    run: () => ({
      output: (async function* () {
        yield '  Local: http://localhost:5173/\n  \u001b[1mDownlink\u001b[22m: http://localhost'
        yield ':5173/__downlink/\n'
      })(),
      ended: new Promise((resolve) => {
        end = resolve
      }),
      kill: () => {},
    }),
    fetchText: async (url) => {
      asked.push(url)
      const events = answers.shift()
      if (answers.length === 0) setImmediate(() => end(0))
      if (events === undefined) throw new Error('503')
      return JSON.stringify({ events })
    },
  })
  expect(commands).toEqual([])
  expect(asked[0]).toBe('http://localhost:5173/__downlink/api/events?limit=1')
  expect(printed).toContain('It arrived: level_started {"level":3}')
  expect(printed).toContain('http://localhost:5173/__downlink/#/sessions/b')
})

it('says where the dev server ended before', async () => {
  const { exitCode, warned } = await run(await aGame(viteGame), ['--yes', '--no-install'])
  expect([exitCode, warned]).toEqual([1, 'npm run dev ended with 0 before an event came (dev_server_failed)\n'])
})

const aServer = (ended: Promise<number>) => () => ({
  output: (async function* () {
    yield 'Downlink: http://localhost:5173/__downlink/\n'
  })(),
  ended,
  kill: () => {},
})

it.each([
  ['no page has connected', '[]', 'downlink_sockets 0', 'no page has connected. Is the game open'],
  ['a page has, and pushes nothing', '[]', 'downlink_sockets 1', 'a page is connected: play'],
  [
    'a page is refused',
    '[{"origin":"http://192.168.1.2:8080","reason":"forbidden","refusals":9}]',
    'downlink_sockets 0',
    'refuses the pages of http://192.168.1.2:8080 (forbidden): open the game at http://localhost',
  ],
  ['a file is refused', '[{"origin":null,"reason":"forbidden"}]', '', 'refuses the pages of no origin (forbidden)'],
  [
    'all is rejected',
    '[]',
    'downlink_sockets 1\ndownlink_events_rejected_total{code="unknown_type"} 3',
    'Some were rejected: http://localhost:5173/__downlink/#/rejected',
  ],
  ['the collector is away', undefined, '', 'the collector at http://localhost:5173/__downlink/ does not answer: Error'],
])('says after twenty seconds why nothing came, once: %s', async (_, refusals, metrics, advice) => {
  const interrupted = new AbortController()
  let waited = 0
  let end = (_code: number): void => {}
  const { printed, exitCode } = await run(await aGame(viteGame), ['--yes', '--no-install'], {
    run: aServer(
      new Promise((resolve) => {
        end = resolve
      }),
    ),
    fetchText: async (url) => {
      if (url.endsWith('metrics')) return metrics
      if (!url.endsWith('health')) return '{"events":[]}'
      if (refusals === undefined) throw new Error('refused')
      return `{"refusals":${refusals}}`
    },
    async wait(ms) {
      waited += ms
      if (waited === 60_000) {
        interrupted.abort()
        end(0)
      }
    },
    interrupted: interrupted.signal,
  })
  expect(exitCode).toBe(0)
  expect(printed.split('No event yet')).toHaveLength(2)
  expect(printed).toContain(advice)
})

it('says nothing of that where an event comes within twenty seconds', async () => {
  let waited = 0
  let end = (_code: number): void => {}
  const { printed } = await run(await aGame(viteGame), ['--yes', '--no-install'], {
    run: aServer(
      new Promise((resolve) => {
        end = resolve
      }),
    ),
    fetchText: async () => {
      if (waited < 19_000) return '{"events":[]}'
      setImmediate(() => end(0))
      return '{"events":[{"id":"a:1","type":"a","data":null,"sessionId":"a"}]}'
    },
    async wait(ms) {
      waited += ms
    },
  })
  expect(printed).toContain('It arrived: a null')
  expect(printed).not.toContain('No event yet')
})
