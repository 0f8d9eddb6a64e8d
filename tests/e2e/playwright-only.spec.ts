/** The guide's workflow for a game that has only Playwright: its files, as they stand there, in an empty folder. */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from '@playwright/test'
import { chromiumFlags, findChromium } from '../../tools/chromium.ts'
import { root, run, runNode } from '../../tools/node-tool.ts'
import { packInto } from '../../tools/tarballs.ts'

let folder: string

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-only-playwright-'))
})

test.afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))

test('from an empty folder to files that a CI uploads', async () => {
  test.setTimeout(600_000)
  const guide = await readFile(join(root, 'docs/guides/ci.md'), 'utf8')
  const files = filesOf(guide)
  expect([...files.keys()]).toEqual([
    'index.html',
    'playwright.config.mjs',
    'tests/clicker.spec.mjs',
    '.github/workflows/e2e.yml',
  ])
  for (const [path, content] of files) await write(path, content)
  await write('package.json', '{ "name": "clicker", "private": true }')
  await installPackages()
  // What a machine of its own would not need: where the browser is.
  await write(
    'here.config.mjs',
    `import config from './playwright.config.mjs'
config.use.launchOptions = ${JSON.stringify({ executablePath: findChromium(), args: chromiumFlags })}
config.use.telemetryCapture = 'always'
export default config
`,
  )
  const { exitCode, output } = await runNode(
    join(folder, 'node_modules/@playwright/test/cli.js'),
    ['test', '--config', 'here.config.mjs', '--repeat-each', '3', '--workers', '2', '--shard', '1/1'],
    { cwd: folder, env: { CI: '1', FORCE_COLOR: undefined, NO_COLOR: '1' } },
  )
  expect(exitCode, output).toBe(0)
  expect(output).toContain('3 passed')
  for (const path of uploadsOf(files.get('.github/workflows/e2e.yml') ?? '')) {
    expect(await readdir(join(folder, path))).not.toEqual([])
  }
  const results = join(folder, 'test-results')
  const attempts = (await readdir(results)).filter((name) => name.startsWith('clicker'))
  expect(attempts).toHaveLength(3)
  for (const attempt of attempts) {
    const events = await readFile(join(results, attempt, 'inspector', 'telemetry-events.ndjson'), 'utf8')
    expect(
      events
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).data.clicks),
    ).toEqual([1, 2])
  }
})

/** Code whose first line names its file, by that name. */
function filesOf(markdown: string): ReadonlyMap<string, string> {
  const section = markdown.split(/^## /m).find((each) => each.startsWith('A game that has only Playwright')) ?? ''
  const blocks = section.matchAll(/^```\w+\n(?:<!--|\/\/|#) ([\w./-]+\.\w+)(?: -->)?\n(.*?)^```$/gms)
  return new Map([...blocks].map(([, path = '', content = '']) => [path, content]))
}

const uploadsOf = (workflow: string): readonly string[] => {
  const [, block = ''] = workflow.match(/path: \|\n((?: {12}\S+\n)+)/) ?? []
  return block.trim().split(/\s+/)
}

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), content)
}

/** Our tarballs, and of others what their manifests name: linked, which spares the download. */
async function installPackages(): Promise<void> {
  const tarballs = await packInto(folder)
  const ours = /\/(client|protocol|artifacts|collector|playwright)$/
  for (const { name, file, folder: workspace } of tarballs.filter((tarball) => ours.test(tarball.name))) {
    const home = join(folder, 'node_modules', name)
    await mkdir(home, { recursive: true })
    const { exitCode, output } = await run('tar', ['-xzf', file, '--strip-components=1'], { cwd: home })
    expect(exitCode, output).toBe(0)
    const { dependencies = {} } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'))
    for (const needed of Object.keys(dependencies)) {
      if (!needed.startsWith('@downlink/')) await link(needed, workspace)
    }
  }
  await link('@playwright/test', root)
}

async function link(name: string, workspace: string): Promise<void> {
  const path = join(folder, 'node_modules', name)
  await mkdir(dirname(path), { recursive: true })
  const own = join(workspace, 'node_modules', name)
  const target = (await readdir(own).catch(() => undefined)) === undefined ? join(root, 'node_modules', name) : own
  await symlink(target, path, 'junction').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
}
