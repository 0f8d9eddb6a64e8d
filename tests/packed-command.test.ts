/** The command as `npm install` would leave it: from our tarballs, beside nothing but what their manifests declare. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { npmPath, root, run, runNode } from '../tools/node-tool.ts'
import { packInto, type Tarball } from '../tools/tarballs.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'downlink-packed-'))
  for (const tarball of await packInto(folder)) await unpack(tarball)
})

afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))

it('is what npx runs by the name of its package, and fetches nothing', async () => {
  const npm = (...args: string[]) => runNode(npmPath(), args, { cwd: folder })
  // Makes the command, as an installation does.
  const linked = await npm('rebuild', '--ignore-scripts', '@downlink/cli')
  expect(linked.exitCode, linked.output).toBe(0)
  const { exitCode, output } = await npm('exec', '--no', '--', '@downlink/cli', '--version')
  expect([exitCode, output.trim()]).toEqual([0, '0.1.0'])
})

it('plays its demo to a balanced end', async () => {
  const command = join(folder, 'node_modules/@downlink/cli/bin/downlink.js')
  const { exitCode, output } = await runNode(command, ['demo', '--port', '0', '--duration', '1'], { cwd: folder })
  expect(exitCode, output).toBe(0)
  expect(output).toContain('"missing":0')
  // Both pages are packed.
  expect(output).toMatch(/watch +http/)
  expect(output).toMatch(/play +http/)
  expect(existsSync(join(folder, 'node_modules/@downlink/collector/dist/page/index.html'))).toBe(true)
})

it('verifies that nothing is lost, with processes of its own that it kills', async () => {
  const command = join(folder, 'node_modules/@downlink/cli/bin/downlink.js')
  const args = ['verify', '--sessions', '2', '--events', '300', '--faults', 'kill', '--json']
  const { exitCode, output } = await runNode(command, args, { cwd: folder })
  expect(exitCode, output).toBe(0)
  expect(output).toContain('"kill_collector":2')
})

it('exports a mission of the reference game', async () => {
  const command = join(folder, 'node_modules/@downlink/cli/bin/downlink.js')
  const args = ['export', '--artifactDir', 'out', '--now', '2026-01-01T00:00:00Z']
  const { exitCode, output } = await runNode(command, args, { cwd: folder, env: { CI: 'false' } })
  expect(exitCode, output).toBe(0)
  expect(output).toContain('"ok":true')
  expect(existsSync(join(folder, 'out/ci-artifacts.json'))).toBe(true)
})

async function unpack({ name, file, folder: workspace }: Tarball): Promise<void> {
  const home = join(folder, 'node_modules', name)
  await mkdir(home, { recursive: true })
  const { exitCode, output } = await run('tar', ['-xzf', file, '--strip-components=1'], { cwd: home })
  expect(exitCode, output).toBe(0)
  const { dependencies = {} } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'))
  const foreign = Object.keys(dependencies).filter((needed) => !needed.startsWith('@downlink/'))
  for (const needed of foreign) await link(needed, workspace)
}

/** Links a dependency to where the repository has it: in the workspace that needs its own version, else at the root. */
async function link(name: string, workspace: string): Promise<void> {
  const path = join(folder, 'node_modules', name)
  if (existsSync(path)) return
  const own = join(workspace, 'node_modules', name)
  await mkdir(dirname(path), { recursive: true })
  await symlink(existsSync(own) ? own : join(root, 'node_modules', name), path, 'junction')
}
