/** Reads small files, as a collector, its command and a game do: whatever one holds, each reader gives what it promises, or refuses it with a code. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFileStorage } from '@downlink/world-state/node'
import fc from 'fast-check'
import { readSecrets } from '../../../packages/cli/src/secrets.ts'
import { ageClockFile, createAgeClock } from '../../../packages/collector/src/life/age-clock.ts'
import { readQuestionFolder } from '../../../packages/collector/src/questions/question-folder.ts'
import { listBackups, verifyBackup } from '../../../packages/collector/src/store/backup-folder.ts'
import { usedHeap } from '../held-bytes.ts'
import { damage, damaged, oddJson, rareScar, scarred } from '../inputs/damaged-json.ts'
import type { Subject, Target } from '../target.ts'

export const smallFiles: Target = {
  name: 'small-files',
  about: 'the age clock, manifests of backups, questions, secrets and saves, each as a file that is read',
  share: 1,
  async open(): Promise<Subject<SmallFile>> {
    const folder = await mkdtemp(join(tmpdir(), 'downlink-fuzz-small-'))
    return {
      inputs: smallFile,
      lanes: 4,
      countOf: () => 1,
      async try({ kind, text }) {
        const own = await mkdtemp(join(folder, 'file-'))
        try {
          await readers[kind](own, Buffer.from(text).toString())
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && refusals.has(String(error.code)))) throw error
        } finally {
          await rm(own, { recursive: true })
        }
      },
      check: async () => {},
      heldBytes: async () => usedHeap(),
      close: () => rm(folder, { recursive: true, force: true }),
    }
  },
}

interface SmallFile {
  readonly kind: 'age clock' | 'backup' | 'question' | 'secrets' | 'save'
  readonly text: string
}

const refusals = new Set(['bad_backup', 'bad_secret_file'])

const nowMs = 1_767_225_600_000
const clockState = { wallMs: nowMs, ageMs: nowMs, steadyMs: null }
const manifest = {
  ...{ kind: 'downlink-backup', format: 1, createdAt: '2026-01-01T00:00:00.000Z', file: 'downlink.duckdb', bytes: 3 },
  versions: { collector: '0.2.0', node: '20.15.0' },
  tables: { events: 1, sessions: 1 },
  missing: 0,
  position: { segment: '0000000001-00', offset: 64 },
  sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
}

const json = (good: unknown): fc.Arbitrary<string> =>
  fc.oneof({ weight: 9, arbitrary: damage.map((how) => damaged(good, how)) }, { weight: 1, arbitrary: oddJson })

const words = fc.constantFrom(
  ...['title', 'answers', 'chart', 'needs label', 'parameter day', 'parameter day date', '', 'title: x', 'Chart'],
)
const values = fc.constantFrom(
  ...['How many?', 'table', 'bar x=day y=kills', 'bar x= y', 'heat x=a y=b by=c', 'line', '$day = 1', '2026-01-01'],
  ...['number from 1 to 9', 'text', '', ' ', ':', '-- title: x', '\u0000', 'é🚀', 'x'.repeat(2000)],
)
const questionLine = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(words, values).map(([word, value]) => `-- ${word}: ${value}`) },
  { weight: 2, arbitrary: fc.constantFrom('SELECT count(*) AS events FROM events', 'SELECT $day', '--', '', ';') },
  { weight: 1, arbitrary: fc.string() },
)
const linesOf = (line: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'), rareScar(8))
    .map(([lines, end, mark]) => scarred(lines.join(end), mark))

const smallFile: fc.Arbitrary<SmallFile> = fc.oneof(
  json(clockState).map((text) => ({ kind: 'age clock' as const, text })),
  json(manifest).map((text) => ({ kind: 'backup' as const, text })),
  linesOf(questionLine).map((text) => ({ kind: 'question' as const, text })),
  linesOf(fc.oneof(fc.constantFrom('# a', 'key', ' key ', '#'), fc.string())).map((text) => ({
    kind: 'secrets' as const,
    text,
  })),
  fc.string({ unit: 'grapheme' }).map((text) => ({ kind: 'save' as const, text })),
)

const readers: Readonly<Record<SmallFile['kind'], (folder: string, text: string) => Promise<void>>> = {
  /** It never says a later time than the wall clock, which would delete what is not due. */
  async 'age clock'(folder, text) {
    const path = join(folder, 'age-clock.json')
    await writeFile(path, text)
    const clock = { wallMs: () => nowMs, monotonicMs: () => 0 }
    for (let times = 0; times < 2; times++) {
      const { nowMs: ageMs } = await createAgeClock(clock, 86_400_000, ageClockFile(path)).read()
      if (!(ageMs <= nowMs)) throw new Error(`Expected at most ${nowMs}, got ${ageMs}`)
    }
  },

  async backup(folder, text) {
    const path = join(folder, 'downlink-20260101T000000Z')
    await mkdir(path)
    await writeFile(join(path, 'manifest.json'), text)
    await writeFile(join(path, 'downlink.duckdb'), 'abc')
    for (const backup of await listBackups(folder)) {
      await verifyBackup(backup)
      const { file, bytes } = backup.manifest
      if (file !== 'downlink.duckdb' || bytes !== 3) throw new Error(`Another file is taken for it: ${file}`)
    }
  },

  async question(folder, text) {
    await writeFile(join(folder, 'how-many.sql'), text)
    const { questions, problems } = await readQuestionFolder(folder, 'duckdb')
    if (questions.size + problems.length === 0) throw new Error('Nothing is said of it')
    const wordless = problems.find(({ line, message }) => !(line >= 1 && message.length > 0))
    if (wordless) throw new Error(`A problem has no place or no words: ${JSON.stringify(wordless)}`)
  },

  async secrets(folder, text) {
    const file = join(folder, 'keys')
    await writeFile(file, text)
    const secrets = await readSecrets({ flags: [], file, variable: 'DOWNLINK_FUZZ_NO_SUCH_VARIABLE' })
    const odd = secrets.find((secret) => secret === '' || secret.startsWith('#') || secret.includes('\n'))
    if (secrets.length === 0 || odd !== undefined) throw new Error(`It is no secret: "${odd}"`)
  },

  /** Any text is read back as it was written, whatever its slot is called. */
  async save(folder, text) {
    const storage = createFileStorage({ folder })
    const slot = text.slice(0, 60) || 'default'
    await storage.write(slot, text)
    const read = await storage.read(slot)
    if ((await readdir(folder)).length === 0) throw new Error(`It is somewhere else than in its folder: ${slot}`)
    if (read !== text) throw new Error(`Expected ${JSON.stringify(text)}, got ${JSON.stringify(read)}`)
  },
}
