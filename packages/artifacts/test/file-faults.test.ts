/** The file writer on real disks: large, read-only, full. */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createNodeAdapter } from '@downlink/artifacts/node'
import { expect, it, onTestFinished, type TestContext } from 'vitest'

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-faults-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
const isRoot = process.getuid?.() === 0

/** Runs a fixture to its end, and gives the JSON that it printed. */
async function run(name: string, args: readonly string[], uid?: number) {
  const child = spawn(process.execPath, [fixture(name), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    ...(uid !== undefined && { uid, gid: uid }),
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (text) => {
    stdout += text
  })
  child.stderr.on('data', (text) => {
    stderr += text
  })
  const [exitCode] = await once(child, 'close')
  if (exitCode !== 0) throw new Error(`${name} ended with ${exitCode}: ${stderr}`)
  return { result: JSON.parse(stdout), stderr }
}

it.each(['none', 'gzip'])(
  'streams 200 MB at a memory that stays flat (compress: %s)',
  { timeout: 90_000 },
  async (compress) => {
    const folder = await aFolder()
    const { result } = await run('write-stream.mjs', [folder, '200', compress])
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(result.path)) hash.update(chunk)
    expect(hash.digest('hex')).toBe(result.sha256)
    expect((await stat(result.path)).size).toBe(result.bytes)
    if (compress === 'none') expect(result.bytes).toBe(200 * 1_048_576)
    // The collector of garbage decides when; a stream that was kept would cost 200.
    expect(result.grownMb).toBeLessThan(80)
    expect(await readdir(folder)).toHaveLength(2)
  },
)

it('says that a folder may not be written to, and warns', async (context) => {
  if (process.platform === 'win32') context.skip('a folder of Windows is not made read-only by its mode')
  const folder = await aFolder()
  const artifactRoot = join(folder, 'read-only')
  await mkdir(artifactRoot)
  await chmod(folder, 0o755)
  await chmod(artifactRoot, 0o555)
  // As root, every folder can be written to: somebody else has to try.
  const nobody = isRoot ? 65_534 : undefined
  for (const root of [artifactRoot, join(artifactRoot, 'new')]) {
    const { result, stderr } = await run('write-once.mjs', [root], nobody)
    expect(result).toMatchObject({
      attempted: 1,
      written: [],
      failures: [
        {
          writer: 'file-system',
          filename: 'summary.json',
          code: 'not_writable',
          cause: expect.stringMatching(/^EACCES/),
        },
      ],
    })
    expect(stderr).toContain('[downlink] file-system did not write "summary.json": not_writable')
  }
  expect(await readdir(artifactRoot)).toEqual([])
})

it('says that the disk is full, leaves nothing half-written, and writes what still fits', async (context) => {
  const folder = await aSmallDisk(context)
  await writeFile(join(folder, 'ballast'), Buffer.alloc(900_000))
  const adapter = createNodeAdapter({ writers: [{ artifactRoot: folder }], logger: { warn() {} } })
  const artifact = (filename: string, content: string) => ({ section: 'a', filename, mimeType: 'text/plain', content })
  const metrics = await adapter.writeArtifacts([
    artifact('large.txt', 'x'.repeat(2_000_000)),
    artifact('small.txt', 'it fits'),
  ])
  expect(metrics.failures).toMatchObject([
    { filename: 'large.txt', code: 'disk_full', cause: expect.stringMatching(/^ENOSPC/) },
  ])
  expect((await readdir(folder)).sort()).toEqual(['ballast', 'small.txt'])
  expect(await readFile(join(folder, 'small.txt'), 'utf8')).toBe('it fits\n')
})

/** A folder on a disk of one megabyte. */
async function aSmallDisk(context: TestContext): Promise<string> {
  const folder = await aFolder()
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]).status !== 0) {
    context.skip('a full disk needs a small tmpfs, which only root can mount')
  }
  onTestFinished(() => void spawnSync('umount', ['-l', folder]))
  return folder
}
