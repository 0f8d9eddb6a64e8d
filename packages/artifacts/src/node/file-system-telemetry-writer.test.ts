import { createHash } from 'node:crypto'
import { symlinkSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { isAbsolute, join, relative } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import type { Artifact } from '../artifact.ts'
import type { Content } from '../content.ts'
import { anArtifact, never, streamOf } from '../test-doubles.ts'
import { FileSystemTelemetryWriter, type FileSystemWriterOptions } from './file-system-telemetry-writer.ts'
import { type FileSystemPort, realFileSystem } from './place-file.ts'

let root: string
const warnings: string[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'downlink-artifacts-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  warnings.length = 0
})

const aWriter = (options: FileSystemWriterOptions = {}) =>
  new FileSystemTelemetryWriter({
    artifactRoot: root,
    logger: { warn: (message) => void warnings.push(message) },
    wait: async () => {},
    ...options,
  })

const write = (changes: Partial<Artifact> = {}, options: FileSystemWriterOptions = {}) =>
  aWriter(options).write(anArtifact(changes))

/** A file system of which some calls fail as they would elsewhere. */
const failing = (calls: { readonly [Name in keyof FileSystemPort]?: string }, times = Infinity): FileSystemPort => {
  const port = { ...realFileSystem }
  for (const [name, code] of Object.entries(calls) as [keyof FileSystemPort, string][]) {
    let left = times
    const real = realFileSystem[name] as (...args: unknown[]) => Promise<unknown>
    Object.assign(port, {
      [name]: (...args: unknown[]) => (left-- > 0 ? Promise.reject(systemError(code)) : real(...args)),
    })
  }
  return port
}

const systemError = (code: string): Error => Object.assign(new Error(`${code}: as it would be elsewhere`), { code })

it.each([null, undefined, { signal: null }, { signal: { aborted: true } }])('writes in the context %j', async (odd) => {
  expect(await aWriter().write(anArtifact(), odd as never)).toMatchObject({ filename: 'summary.json' })
  await expect(aWriter().write(anArtifact(), 'text' as never)).rejects.toMatchObject({ code: 'bad_option' })
})

it('writes text as UTF-8, ended by a line break, and says what it wrote', async () => {
  const written = await write({ content: '{"née":"🚀"}' })
  const bytes = await readFile(join(root, 'summary.json'))
  expect(bytes.toString('utf8')).toBe('{"née":"🚀"}\n')
  expect(written).toEqual({
    section: 'summary',
    filename: 'summary.json',
    mimeType: 'application/json',
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    path: join(root, 'summary.json'),
  })
  expect(isAbsolute(written.path ?? '')).toBe(true)
  expect(await readdir(root)).toEqual(['summary.json'])
})

it.each<[string, () => Content, string]>([
  ['an empty text', () => '', ''],
  ['text that ends with a line break', () => 'a\r\n', 'a\r\n'],
  ['half a character', () => 'a\uD800', 'a\uFFFD\n'],
  ['bytes', () => new Uint8Array([104, 105]), 'hi'],
  ['a stream', () => streamOf('one', '', 'two'), 'onetwo'],
  ['text longer than a chunk', () => `x${'🚀'.repeat(2_500_000)}`, `x${'🚀'.repeat(2_500_000)}\n`],
])('writes %s', async (_name, content, expected) => {
  const { bytes } = await write({ content: content() })
  expect((await readFile(join(root, 'summary.json'), 'utf8')) === expected).toBe(true)
  expect(bytes).toBe(Buffer.byteLength(expected))
})

it('makes the folder, however deep, and a relative one below the working folder', async () => {
  const { path } = await write({}, { artifactRoot: join(root, 'deep/er') })
  expect(path).toBe(join(root, 'deep/er/summary.json'))
  const beside = relative(process.cwd(), join(root, 'beside'))
  expect((await write({}, { artifactRoot: beside })).path).toBe(join(root, 'beside/summary.json'))
  expect(aWriter({ artifactRoot: undefined }).artifactRoot).toBe(join(process.cwd(), 'telemetry-artifacts'))
})

it.each([
  '../up.json',
  '/etc/up.json',
  'a/b',
  'a\\b',
  'C:\\up',
  '\\\\host\\share\\up',
  'a\0b',
  '',
  '.',
  '..',
  'x'.repeat(300),
  'CON',
  'nul.json',
  'a.',
  'a:b',
])('refuses the name %j and touches nothing', async (filename) => {
  await expect(write({ filename })).rejects.toMatchObject({ code: 'bad_name' })
  expect(await readdir(root)).toEqual([])
})

it.each([{}, null, undefined, 5, []])('refuses %j as content', async (content) => {
  await expect(write({ content: content as never })).rejects.toMatchObject({ code: 'bad_content' })
})

it('refuses a stream of something else, and leaves nothing of it', async () => {
  const objects = async function* () {
    yield Buffer.from('a')
    yield { a: 1 }
  }
  await expect(write({ content: objects() as never })).rejects.toMatchObject({ code: 'bad_content' })
  expect(await readdir(root)).toEqual([])
})

it('keeps a file with the same bytes, and numbers one with others', async () => {
  const first = await write({ content: 'one' })
  const { mtimeMs } = await stat(join(root, 'summary.json'))
  expect(await write({ content: 'one' })).toEqual(first)
  expect((await stat(join(root, 'summary.json'))).mtimeMs).toBe(mtimeMs)
  expect((await write({ content: 'two' })).filename).toBe('summary-2.json')
  expect((await write({ content: 'six' })).filename).toBe('summary-3.json')
  expect((await write({ content: 'two' })).filename).toBe('summary-2.json')
  expect((await write({ filename: 'no-extension', content: 'a' })).filename).toBe('no-extension')
  expect((await write({ filename: 'no-extension', content: 'b' })).filename).toBe('no-extension-2')
  expect((await readdir(root)).sort()).toEqual([
    'no-extension',
    'no-extension-2',
    'summary-2.json',
    'summary-3.json',
    'summary.json',
  ])
})

it.each(['links', 'no links'])('gives exports at once a file each, on a file system with %s', async (kind) => {
  const fileSystem = kind === 'links' ? realFileSystem : failing({ link: 'EPERM' })
  const contents = Array.from({ length: 12 }, (_, at) => `export ${at}\n`)
  const written = await Promise.all(contents.map((content) => write({ content }, { fileSystem })))
  expect(new Set(written.map(({ filename }) => filename)).size).toBe(12)
  for (const [at, { path }] of written.entries()) expect(await readFile(path ?? '', 'utf8')).toBe(contents[at])
  expect(await readdir(root)).toHaveLength(12)
})

it('gives up a name that is taken a thousand times', async () => {
  const fileSystem = failing({ link: 'EEXIST' })
  await expect(write({}, { fileSystem })).rejects.toMatchObject({ code: 'name_taken' })
  expect(await readdir(root)).toEqual([])
})

it('follows no link that lies where the file should', async () => {
  await mkdir(join(root, 'out'))
  const target = join(root, 'target')
  await writeFile(target, 'untouched\n')
  const links = [
    ['summary.json', target],
    ['dangling.json', join(root, 'nowhere')],
  ] as const
  for (const [name, to] of links) await symlink(to, join(root, 'out', name))
  for (const fileSystem of [realFileSystem, failing({ link: 'ENOTSUP' })]) {
    const options = { artifactRoot: join(root, 'out'), fileSystem }
    for (const [filename] of links) {
      expect((await write({ filename, content: 'untouched' }, options)).filename).toMatch(/-[23]\.json$/)
    }
  }
  expect(await readFile(target, 'utf8')).toBe('untouched\n')
  expect((await readdir(root)).sort()).toEqual(['out', 'target'])
})

it('takes a root that is a link to a folder', async () => {
  await mkdir(join(root, 'real'))
  symlinkSync(join(root, 'real'), join(root, 'link'))
  expect((await write({}, { artifactRoot: join(root, 'link') })).path).toBe(join(root, 'link/summary.json'))
  expect(await readdir(join(root, 'real'))).toEqual(['summary.json'])
})

it('does not mistake a folder of the name for the file', async () => {
  await mkdir(join(root, 'summary.json'))
  expect((await write()).filename).toBe('summary-2.json')
})

it('tells another file from ours by its bytes, not by its size', async () => {
  await writeFile(join(root, 'summary.json'), 'abc\n')
  expect((await write({ content: 'abd\n' })).filename).toBe('summary-2.json')
})

it.each(['EPERM', 'EBUSY', 'EACCES'])('is patient with %s, as Windows needs', async (code) => {
  const waited: number[] = []
  const wait = async (delayMs: number) => void waited.push(delayMs)
  const fileSystem = { ...failing({ link: 'EPERM' }), rename: failing({ rename: code }, 3).rename }
  expect((await write({}, { fileSystem, wait })).filename).toBe('summary.json')
  expect(waited).toEqual([10, 20, 50])
  expect(await readdir(root)).toEqual(['summary.json'])
})

it('gives up after two seconds, and leaves neither file nor claim', async () => {
  let waitedMs = 0
  const wait = async (delayMs: number) => {
    waitedMs += delayMs
  }
  const fileSystem = failing({ link: 'EPERM', rename: 'EBUSY' })
  await expect(write({}, { fileSystem, wait })).rejects.toMatchObject({ code: 'write_failed' })
  expect([waitedMs, await readdir(root)]).toEqual([1980, []])
})

it.each([
  ['EACCES', 'not_writable'],
  ['EPERM', 'not_writable'],
  ['EROFS', 'not_writable'],
  ['ENOSPC', 'disk_full'],
  ['EDQUOT', 'disk_full'],
  ['EIO', 'write_failed'],
])('calls %s %s, with its cause', async (code, expected) => {
  const cause = expect.objectContaining({ code })
  const open = write({}, { fileSystem: failing({ open: code }) })
  await expect(open).rejects.toMatchObject({ code: expected, cause, message: expect.stringContaining('summary.json') })
  const folder = write({}, { artifactRoot: join(root, 'new'), fileSystem: failing({ mkdir: code }) })
  await expect(folder).rejects.toMatchObject({ code: expected, cause, message: expect.stringContaining('the folder') })
})

it('says that a file stands where the folder should be', async () => {
  await writeFile(join(root, 'file'), '')
  for (const artifactRoot of [join(root, 'file'), join(root, 'file/deeper')]) {
    await expect(write({}, { artifactRoot })).rejects.toMatchObject({ code: 'bad_folder' })
  }
  // As Windows has it.
  const fileSystem = failing({ mkdir: 'EEXIST' })
  const onWindows = write({}, { artifactRoot: join(root, 'new'), fileSystem })
  await expect(onWindows).rejects.toMatchObject({ code: 'bad_folder', message: expect.stringContaining('no folder') })
})

it.each(['link', 'claim'])('leaves nothing when the name can not be given (%s)', async (step) => {
  const fileSystem = step === 'link' ? failing({ link: 'EIO' }) : failing({ link: 'ENOSYS' })
  if (step === 'claim') {
    const { open } = realFileSystem
    Object.assign(fileSystem, {
      open: (path: string, ...rest: [string]) =>
        path.endsWith('summary.json') ? Promise.reject(systemError('ENOSPC')) : open(path, ...rest),
    })
  }
  const code = step === 'link' ? 'write_failed' : 'disk_full'
  await expect(write({}, { fileSystem })).rejects.toMatchObject({ code })
  expect(await readdir(root)).toEqual([])
})

it('warns of a temporary file that it can not remove, also where the logger throws', async () => {
  const fileSystem = failing({ link: 'EIO', unlink: 'EBUSY' })
  await expect(write({}, { fileSystem })).rejects.toMatchObject({ code: 'write_failed' })
  expect(warnings).toEqual([expect.stringMatching(/A temporary file is left at .*\.downlink-.*\.tmp: EBUSY/)])
  const logger = {
    warn() {
      throw new Error('logger')
    },
  }
  await expect(write({}, { fileSystem, logger })).rejects.toMatchObject({ code: 'write_failed' })
})

it('writes all of a chunk where the system takes less at once', async () => {
  const fileSystem: FileSystemPort = {
    ...realFileSystem,
    async open(...args) {
      const handle = await realFileSystem.open(...args)
      const all = handle.write.bind(handle) as (bytes: Uint8Array, from: number, length: number) => Promise<unknown>
      return Object.assign(handle, { write: (bytes: Uint8Array, from: number) => all(bytes, from, 1) })
    },
  }
  await write({ content: 'bit by bit' }, { fileSystem })
  expect(await readFile(join(root, 'summary.json'), 'utf8')).toBe('bit by bit\n')
})

it('syncs the file, and then the folder', async () => {
  const synced: string[] = []
  const fileSystem: FileSystemPort = {
    ...realFileSystem,
    async open(path, flags) {
      const handle = await realFileSystem.open(path, flags)
      const { sync } = handle
      return Object.assign(handle, {
        sync() {
          synced.push(flags === 'r' ? `${path}` : 'the file')
          return sync.call(handle)
        },
      })
    },
  }
  await write({}, { fileSystem })
  expect(synced).toEqual(['the file', root])
})

it('is not stopped by a folder that can not be synced', async () => {
  const fileSystem: FileSystemPort = {
    ...realFileSystem,
    open: (path, flags) => (flags === 'r' ? Promise.reject(systemError('EISDIR')) : realFileSystem.open(path, flags)),
  }
  expect((await write({}, { fileSystem })).filename).toBe('summary.json')
})

it.each(['none', 'gzip'] as const)('ends when it is told to, and leaves nothing (compress: %s)', async (compress) => {
  const ending = new AbortController()
  const reason = new Error('enough')
  let ended = false
  const endless = async function* () {
    try {
      for (let n = 0; ; n++) {
        if (n === 40) ending.abort(reason)
        yield Buffer.alloc(100_000, n)
      }
    } finally {
      ended = true
    }
  }
  const writer = aWriter({ compress })
  await expect(writer.write(anArtifact({ content: endless() }), { signal: ending.signal })).rejects.toBe(reason)
  await expect(writer.write(anArtifact(), { signal: ending.signal })).rejects.toBe(reason)
  expect([await readdir(root), ended]).toEqual([[], true])
})

it.each(['none', 'gzip'] as const)('leaves nothing of a source that hangs (compress: %s)', async (compress) => {
  const ending = new AbortController()
  const hanging = async function* () {
    yield Buffer.from('a')
    setImmediate(() => ending.abort(new Error('enough')))
    await never()
  }
  const artifact = anArtifact({ content: hanging() as AsyncIterable<Uint8Array> })
  await expect(aWriter({ compress }).write(artifact, { signal: ending.signal })).rejects.toThrow('enough')
  expect(await readdir(root)).toEqual([])
})

it('leaves nothing where it is told to end just before the file gets its name', async () => {
  const ending = new AbortController()
  const fileSystem: FileSystemPort = {
    ...realFileSystem,
    async open(path, flags) {
      const handle = await realFileSystem.open(path, flags)
      const { sync } = handle
      return Object.assign(handle, {
        async sync() {
          ending.abort(new Error('enough'))
          await sync.call(handle)
        },
      })
    },
  }
  const writer = aWriter({ fileSystem })
  await expect(writer.write(anArtifact(), { signal: ending.signal })).rejects.toThrow('enough')
  expect(await readdir(root)).toEqual([])
})

it('compresses on demand, always to the same bytes, with nothing of time and system in them', async () => {
  const text = 'the same line\n'.repeat(50_000)
  const written = await write({ filename: 'a.csv', content: text }, { compress: 'gzip' })
  expect(written).toMatchObject({ filename: 'a.csv.gz', mimeType: 'application/gzip', path: join(root, 'a.csv.gz') })
  const bytes = await readFile(written.path ?? '')
  expect(gunzipSync(bytes).toString('utf8') === text).toBe(true)
  expect([...bytes.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
  expect([written.bytes, written.sha256]).toEqual([bytes.length, createHash('sha256').update(bytes).digest('hex')])
  expect(await write({ filename: 'a.csv', content: streamOf(text) }, { compress: 'gzip' })).toEqual(written)
  expect((await write({ filename: 'a.csv', content: 'b' }, { compress: 'gzip' })).filename).toBe('a-2.csv.gz')
})

it('passes the failure of a stream through compression', async () => {
  const broken = async function* () {
    yield Buffer.from('a')
    throw new Error('the source is gone')
  }
  const writing = write({ content: broken() }, { compress: 'gzip' })
  await expect(writing).rejects.toMatchObject({
    code: 'write_failed',
    message: expect.stringContaining('the source is gone'),
  })
  expect(await readdir(root)).toEqual([])
})

it.each([{ artifactRoot: '' }, { artifactRoot: 'a\0b' }, { artifactRoot: 5 }, { compress: 'zip' }, { compress: true }])(
  'refuses %j',
  (options) => {
    expect(() => new FileSystemTelemetryWriter(options as never)).toThrow(
      expect.objectContaining({ code: 'bad_option' }),
    )
  },
)

/** A file system on which syncing comes to what is told: of files, of folders. */
const syncing = (ofFile?: string, ofFolder?: string): FileSystemPort => ({
  ...realFileSystem,
  async open(path, flags) {
    const handle = await realFileSystem.open(path, flags)
    const code = flags === 'r' ? ofFolder : ofFile
    return code === undefined ? handle : Object.assign(handle, { sync: () => Promise.reject(systemError(code)) })
  },
})

it.each(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM', 'ENOTTY'])(
  'writes where the file system refuses to sync (%s), and warns once',
  async (code) => {
    const writer = aWriter({ fileSystem: syncing(code, code) })
    await writer.write(anArtifact({ content: 'one' }))
    await writer.write(anArtifact({ filename: 'two.json', content: streamOf('two') }))
    expect(await readFile(join(root, 'summary.json'), 'utf8')).toBe('one\n')
    expect((await readdir(root)).sort()).toEqual(['summary.json', 'two.json'])
    expect(warnings).toEqual([expect.stringMatching(new RegExp(`${root}.*may not outlive a power cut.*${code}`))])
  },
)

it.skipIf(process.platform === 'win32')('warns once of a folder that refuses, where files are synced', async () => {
  const writer = aWriter({ fileSystem: syncing(undefined, 'EINVAL') })
  for (const filename of ['a', 'b']) await writer.write(anArtifact({ filename }))
  expect(warnings).toHaveLength(1)
})

it.each(['EIO', 'ENOSPC', 'EDQUOT'])('does not take a fault of the disk for a refusal (%s)', async (code) => {
  const writing = write({}, { fileSystem: syncing(code) })
  await expect(writing).rejects.toMatchObject({ code: code === 'EIO' ? 'write_failed' : 'disk_full' })
  expect(await readdir(root)).toEqual([])
})

it.each(['EPERM', 'ENOTSUP', 'EXDEV', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])(
  'writes where there are neither links nor syncs (%s)',
  async (code) => {
    const fileSystem = { ...syncing('EINVAL', 'EINVAL'), link: failing({ link: code }).link }
    expect((await write({ content: 'one' }, { fileSystem })).filename).toBe('summary.json')
    expect((await write({ content: 'two' }, { fileSystem })).filename).toBe('summary-2.json')
    expect(await readFile(join(root, 'summary-2.json'), 'utf8')).toBe('two\n')
    expect(await readdir(root)).toHaveLength(2)
  },
)

it.each(['EMFILE', 'ENFILE'])('says that there are too many open files (%s), and leaves nothing', async (code) => {
  await expect(write({}, { fileSystem: failing({ open: code }) })).rejects.toMatchObject({ code: 'write_failed' })
  expect(await readdir(root)).toEqual([])
})

it.each([
  ['run-7', 'run-7'],
  ['deep/er', 'deep/er'],
  ['.', ''],
  ['a/../b', 'b'],
])('takes the folder below its root that the context names (%s)', async (artifactDir, folder) => {
  const { path } = await aWriter().write(anArtifact(), { artifactDir })
  expect(path).toBe(join(root, folder, 'summary.json'))
  expect(await readFile(path ?? '', 'utf8')).toBe('{}\n')
})

it('takes an absolute folder, if it is below its root', async () => {
  const { path } = await aWriter().write(anArtifact(), { artifactDir: join(root, 'run-7') })
  expect(path).toBe(join(root, 'run-7', 'summary.json'))
})

it.each<unknown>(['..', '../beside', '/elsewhere', 'a/../../b', '', 5, {}, 'a\0b', 'con', 'a:b', 'x'.repeat(300)])(
  'refuses the folder %j, and touches nothing',
  async (artifactDir) => {
    const writing = aWriter({ artifactRoot: join(root, 'out') }).write(anArtifact(), { artifactDir })
    await expect(writing).rejects.toMatchObject({ code: 'bad_folder', message: expect.stringContaining('artifactDir') })
    expect(await readdir(root)).toEqual([])
  },
)

it('follows no link out of its root, and makes no folder behind one', async () => {
  const [inside, outside] = [join(root, 'in'), join(root, 'out')]
  await mkdir(inside)
  await mkdir(outside)
  await symlink(outside, join(inside, 'link'), 'dir')
  for (const artifactDir of ['link', 'link/deeper']) {
    const writing = aWriter({ artifactRoot: inside }).write(anArtifact(), { artifactDir })
    await expect(writing).rejects.toMatchObject({ code: 'bad_folder' })
  }
  expect(await readdir(outside)).toEqual([])
  // A root that is a link itself is where it leads.
  await symlink(outside, join(root, 'to'), 'dir')
  const { path } = await aWriter({ artifactRoot: join(root, 'to') }).write(anArtifact(), { artifactDir: 'run' })
  expect(path).toBe(join(root, 'to', 'run', 'summary.json'))
})

it.each([null, undefined, 5, 'a', {}])('rejects the artifact %j with a code', async (artifact) => {
  await expect(aWriter().write(artifact as never)).rejects.toMatchObject({ name: 'ArtifactError' })
})

it.each([null, 5, 'folder'])('refuses %j as its options', (options) => {
  expect(() => new FileSystemTelemetryWriter(options as never)).toThrow(
    expect.objectContaining({ name: 'ArtifactError', code: 'bad_option' }),
  )
})
