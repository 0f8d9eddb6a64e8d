/**
 * Measures what writing one artifact costs, in milliseconds, against the budget of 10, beside a bare `fs.writeFile`,
 * which syncs nothing and replaces what is there, and `write-file-atomic`, which syncs and replaces.
 *
 *     npm run bench telemetry-writer-benchmark [rounds [folder]]
 *
 * Ends with 1 where the median of ours is over the budget. Compression, off by default, is shown beside it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Artifact, TelemetryArtifactWriterAdapter } from '@downlink/artifacts'
import { FileSystemTelemetryWriter } from '@downlink/artifacts/node'
import writeFileAtomic from 'write-file-atomic'

const budgetMs = 10
const rounds = Number(process.argv[2] ?? 100)
if (!(Number.isSafeInteger(rounds) && rounds > 0))
  throw new Error(`Expected a number of rounds, got ${process.argv[2]}`)

/** Named, each time anew, so that nothing is replaced and nothing is found already there. */
type Write = (filename: string, content: Artifact['content']) => Promise<unknown>

interface Contestant {
  readonly name: string
  /** `judged`: against the budget. */
  readonly role: 'peer' | 'judged' | 'shown'
  readonly write: Write
}

interface Load {
  readonly name: string
  readonly content: () => Artifact['content']
}

/** A little like JSON, so that nothing about it is unusually easy. */
const text = (bytes: number): string =>
  '{"event":"faction:attitude_changed","cascade":true}\n'.repeat(bytes / 52).padEnd(bytes)

async function* stream(bytes: number): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.from(text(65_536))
  for (let at = 0; at < bytes; at += chunk.length) yield chunk
}

const [small, large] = [text(4096), text(1_048_576)]
const loads: readonly Load[] = [
  { name: '4 KB', content: () => small },
  { name: '1 MB', content: () => large },
  { name: '2 MB, streamed', content: () => stream(2_097_152) },
]

const folder = await mkdtemp(join(process.argv[3] ?? tmpdir(), 'downlink-bench-'))
try {
  const contestants = contestantsIn(folder)
  const withinBudget: boolean[] = []
  for (const load of loads) {
    const measured = await measure(contestants, load)
    console.log(`\n${load.name}`)
    for (const [at, { name, role }] of contestants.entries()) {
      const times = measured[at] ?? []
      const ratios = contestants.slice(0, 2).map((peer, of) => `${ratio(times, measured[of] ?? [])} × ${peer.name}`)
      const line = [`  ${name.padEnd(34)}`, `${ms(times, 0.5)} median`, `${ms(times, 0.99)} p99`]
      console.log([...line, ...(role === 'peer' ? [] : ratios)].join('   '))
      if (role === 'judged') withinBudget.push(quantile(times, 0.5) <= budgetMs)
    }
  }
  const within = withinBudget.every(Boolean)
  console.log(
    `\n${within ? 'within' : 'OVER'} the budget of ${budgetMs} ms an artifact, at the median of ${rounds} rounds`,
  )
  if (!within) process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}

function contestantsIn(artifactRoot: string): readonly Contestant[] {
  const artifact = (filename: string, content: Artifact['content']): Artifact => ({
    section: 'summary',
    filename,
    mimeType: 'application/json',
    content,
  })
  const through =
    (adapter: TelemetryArtifactWriterAdapter): Write =>
    async (filename, content) => {
      const { failures } = await adapter.writeArtifacts([artifact(filename, content)])
      if (failures.length > 0) throw new Error(JSON.stringify(failures))
    }
  const plain = new FileSystemTelemetryWriter({ artifactRoot })
  const packed = new FileSystemTelemetryWriter({ artifactRoot, compress: 'gzip' })
  return [
    { name: 'fs.writeFile', role: 'peer', write: (name, content) => writeFile(join(artifactRoot, name), content) },
    { name: 'write-file-atomic', role: 'peer', write: atomically },
    {
      name: 'FileSystemTelemetryWriter',
      role: 'judged',
      write: (name, content) => plain.write(artifact(name, content)),
    },
    {
      name: 'the same, through the adapter',
      role: 'judged',
      write: through(new TelemetryArtifactWriterAdapter({ writers: [plain] })),
    },
    {
      name: 'the same, as gzip',
      role: 'judged',
      write: through(new TelemetryArtifactWriterAdapter({ writers: [packed] })),
    },
  ]

  /** It takes no stream: whoever has one collects it first. */
  async function atomically(name: string, content: Artifact['content']): Promise<void> {
    if (typeof content === 'string') return writeFileAtomic(join(artifactRoot, name), content)
    const chunks: Uint8Array[] = []
    for await (const chunk of content as AsyncIterable<Uint8Array>) chunks.push(chunk)
    await writeFileAtomic(join(artifactRoot, name), Buffer.concat(chunks))
  }
}

/** All take turns, so that the disk's moods are everybody's; a tenth of the rounds comes before the count. */
async function measure(contestants: readonly Contestant[], load: Load): Promise<number[][]> {
  const times: number[][] = contestants.map(() => [])
  const warmUp = Math.ceil(rounds / 10)
  for (let round = 0; round < rounds + warmUp; round++) {
    for (const [at, { write }] of contestants.entries()) {
      const filename = `${load.name.replace(/\W+/g, '-')}-${at}-${round}.json`
      const content = load.content()
      const startedMs = performance.now()
      await write(filename, content)
      if (round >= warmUp) times[at]?.push(performance.now() - startedMs)
      await rm(join(folder, filename), { force: true })
      await rm(join(folder, `${filename}.gz`), { force: true })
    }
  }
  return times
}

function quantile(times: readonly number[], at: number): number {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN
}

function ms(times: readonly number[], at: number): string {
  return `${quantile(times, at).toFixed(2).padStart(7)} ms`
}

function ratio(times: readonly number[], peer: readonly number[]): string {
  return (quantile(times, 0.5) / quantile(peer, 0.5)).toFixed(2)
}
