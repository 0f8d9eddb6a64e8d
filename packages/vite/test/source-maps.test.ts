/** Builds of a game that keep their source maps, and what of them is deployed. */
import { execFileSync } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { downlink } from '@downlink/vite'
import { build, type InlineConfig } from 'vite'
import { expect, it } from 'vitest'
import { aDevServer, aGame, ownCache } from './harness.ts'

const game = {
  'package.json': '{ "version": "1.4.2" }',
  'src/ship.ts': `type Cause = 'fire' | 'ice'
export function hit(cause: Cause): void {
  throw new Error(\`No hull: \${cause}\`)
}
`,
  'worker.ts': 'onmessage = ({ data }: MessageEvent<string>) => { throw new Error(data) }\n',
  'main.ts': `import { hit } from './src/ship'
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
worker.postMessage(String(import.meta.env.VITE_TELEMETRY_BUILD))
document.onclick = () => hit('fire')
setTimeout(() => import('./late'), 1000)
`,
  'late.ts': "document.title = 'late'\n",
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  return paths.map((path) => path.slice(folder.length + 1).replaceAll('\\', '/')).sort()
}

/** @returns what lies in the folders of the build, and of the maps */
async function built(root: string, options: Parameters<typeof downlink>[0] = {}, config: InlineConfig = {}) {
  await build({ configFile: false, ...ownCache(root), plugins: [downlink(options)], ...config })
  const texts = async (folder: string) =>
    Object.fromEntries(
      await Promise.all(
        (await filesIn(folder)).map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
      ),
    )
  return { deployed: await texts(join(root, 'dist')), kept: await texts(join(root, '.downlink/source-maps')) }
}

const without = (names: Record<string, string>, ending: RegExp) =>
  Object.keys(names).filter((name) => !ending.test(name))

it('are kept by the names of their scripts, with sources from the root of the game, and not deployed', async () => {
  const { deployed, kept } = await built(await aGame(game))
  expect(JSON.stringify(deployed)).not.toMatch(/\.js\.map|sourceMappingURL/)
  const scripts = Object.keys(deployed).filter((name) => name.endsWith('.js'))
  expect(scripts).toHaveLength(3)
  expect(Object.keys(kept).sort()).toEqual(['.gitignore', ...scripts.map((name) => `${name}.map`)])
  const sources = Object.values(kept).flatMap((text) => (text.startsWith('{') ? JSON.parse(text).sources : []))
  expect(sources.filter((name) => !name.includes('vite'))).toEqual(
    expect.arrayContaining(['main.ts', 'src/ship.ts', 'late.ts', 'worker.ts']),
  )
})

it('change no byte of what is deployed', async () => {
  const root = await aGame({ ...game, 'package.json': '{}' })
  const { deployed } = await built(root)
  expect(deployed).toEqual((await built(root, { sourceMaps: false })).deployed)
})

it('are not made where telemetry is off, or they are not wanted', async () => {
  for (const options of [{ enabled: false }, { sourceMaps: false }] as const) {
    const root = await aGame(game)
    const { deployed, kept } = await built(root, options)
    expect([without(deployed, /\.(js|html)$/), kept]).toEqual([[], {}])
    expect(JSON.stringify(deployed).includes('1.4.2')).toBe(options.enabled !== false)
  }
})

it.each([true, 'hidden'] as const)(
  'stay where the game has asked for them, and are kept, too: %s',
  async (sourcemap) => {
    const { deployed, kept } = await built(await aGame(game), {}, { build: { sourcemap } })
    expect(Object.keys(deployed).filter((name) => name.endsWith('.map'))).toEqual(without(kept, /gitignore/))
    expect(JSON.stringify(deployed).includes('sourceMappingURL')).toBe(sourcemap === true)
  },
)

it('are kept where they are within the scripts', async () => {
  const { deployed, kept } = await built(await aGame(game), {}, { build: { sourcemap: 'inline' } })
  expect(JSON.stringify(deployed)).toContain('sourceMappingURL=data:')
  expect(without(kept, /gitignore/).filter((name) => /index|late/.test(name))).toHaveLength(2)
})

it('lie under the name of their build where scripts are called alike in each, in a folder of their own', async () => {
  const root = await aGame({ ...game, '.env': 'VITE_TELEMETRY_BUILD=release/7' })
  const names = { entryFileNames: 'game.js', chunkFileNames: '[name].js' }
  const config: InlineConfig = {
    build: { rolldownOptions: { output: names } },
    worker: { rolldownOptions: { output: names } },
  }
  const { deployed, kept } = await built(root, { sourceMaps: 'maps' }, config)
  expect([without(deployed, /\.(js|html)$/), kept]).toEqual([[], {}])
  expect((await filesIn(join(root, 'maps'))).filter((name) => !name.includes('worker'))).toEqual([
    '.gitignore',
    'release%2F7/game.js.map',
    'release%2F7/late.js.map',
  ])
})

it('know the build by version and commit, unless it is named', async () => {
  const root = await aGame(game)
  const buildOf = async (): Promise<string> =>
    /postMessage\(`(.*?)`\)/.exec(Object.values((await built(root)).deployed).join('\n'))?.[1] ?? 'none'
  expect(await buildOf()).toBe('1.4.2')
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
      cwd: root,
      encoding: 'utf8',
    })
  git('init', '--quiet')
  await writeFile(join(root, '.gitignore'), 'node_modules\ndist\n.vite\n')
  git('add', '.')
  git('commit', '--quiet', '--message=a')
  const commit = git('rev-parse', '--short', 'HEAD').trim()
  expect(await buildOf()).toBe(`1.4.2+${commit}`)
  await writeFile(join(root, 'late.ts'), "document.title = 'later'\n")
  expect(await buildOf()).toBe(`1.4.2+${commit}.dirty`)
  await writeFile(join(root, 'package.json'), '{}')
  expect(await buildOf()).toBe(`${commit}.dirty`)
  await writeFile(join(root, '.env'), 'VITE_TELEMETRY_BUILD=7')
  expect(await buildOf()).toBe('7')
})

it('are read in a terminal as the guide has it', async () => {
  const root = await aGame(game)
  const { deployed } = await built(root)
  const guide = await readFile(new URL('../../../docs/guides/source-maps.md', import.meta.url), 'utf8')
  const [, program = ''] = /^```js\n(.*?)^```/ms.exec(guide) ?? []
  await writeFile(join(root, 'stack.mjs'), program)
  const [name = '', code = ''] = Object.entries(deployed).find(([, text]) => text.includes('No hull')) ?? []
  const [before = ''] = code.split('Error(`No hull')
  const place = `${before.split('\n').length}:${(before.split('\n').at(-1) ?? '').length + 1}`
  const input = JSON.stringify({
    stack: `Error: No hull\n    at e (https://game.example/play/${name}:${place})\nx@/other.js:1:2`,
  })
  const output = execFileSync(process.execPath, ['stack.mjs', '.downlink/source-maps'], {
    cwd: root,
    input,
    encoding: 'utf8',
  })
  expect(output).toMatch(/ at e \(src\/ship\.ts:3:\d+\)\nx@\/other\.js:1:2/)
})

it.each(['/', '/game/'])('are those of the dev server for the modules that it has served below %s', async (base) => {
  const root = await aGame(game)
  await built(root)
  const { url } = await aDevServer(root, { base, plugins: [downlink()] })
  const ask = async (script: string) => {
    const response = await fetch(`${url}__downlink/api/source-map?script=${encodeURIComponent(script)}`)
    return [response.status, response.status === 200 ? (await response.json()).sources : undefined]
  }
  expect(await ask(`${url}src/ship.ts`)).toEqual([204, undefined])
  await (await fetch(`${url}src/ship.ts`)).text()
  expect(await ask(`${url}src/ship.ts`)).toEqual([200, ['src/ship.ts']])
  expect(await ask(`${url}src/ship.ts?t=1`)).toEqual([200, ['src/ship.ts']])
  // Of a build in a preview, say.
  const script = (await filesIn(join(root, 'dist'))).find((name) => name.includes('late')) ?? ''
  expect(await ask(`${url}${script}`)).toEqual([200, ['late.ts']])
  for (const other of [`${url}package.json`, `${url}@fs/etc/passwd`, `${url}%E0%A4%A.js`, 'x', `${url}../a`]) {
    expect(await ask(other)).toEqual([204, undefined])
  }
})
