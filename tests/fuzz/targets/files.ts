/**
 * Opens a collector's data folder: whatever became of its files, a collector opens it or says with a code why not, takes events and
 * answers, its ledgers add up, and nothing outside of the folder is touched.
 */
import { cp, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Collector, type CollectorOptions, createCollector } from '@downlink/collector'
import fc from 'fast-check'
import { usedHeap } from '../held-bytes.ts'
import { type Damage, damage, damaged } from '../inputs/damaged-json.ts'
import type { Subject, Target } from '../target.ts'

export const files: Target = {
  name: 'files',
  about: 'data folders with damaged, lost and swapped files, each opened by a collector',
  share: 3,
  async open(): Promise<Subject<readonly FileHarm[]>> {
    const original = await mkdtemp(join(tmpdir(), 'downlink-fuzz-original-'))
    await fill(original)
    return {
      inputs: fc.array(harm, { minLength: 1, maxLength: 2 }),
      lanes: 1,
      slowMs: 30_000,
      countOf: () => 1,
      try: (harms) => openHarmed(original, harms),
      check: async () => {},
      heldBytes: async () => usedHeap(),
      close: () => rm(original, { recursive: true, force: true }),
    }
  },
}

interface FileHarm {
  /** Which file, counted around; and which other one. */
  readonly file: number
  readonly other: number
  readonly how:
    | 'json'
    | 'flip'
    | 'zero'
    | 'garbage'
    | 'cut'
    | 'grow'
    | 'empty'
    | 'lose'
    | 'swap'
    | 'folder'
    | 'link'
    | 'stray'
  /** Where, in parts of a thousand. */
  readonly at: number
  readonly length: number
  readonly damage: Damage
}

const harm: fc.Arbitrary<FileHarm> = fc.record({
  file: fc.nat({ max: 99 }),
  other: fc.nat({ max: 99 }),
  how: fc.constantFrom(
    ...(['json', 'json', 'flip', 'flip', 'zero', 'garbage', 'cut', 'cut', 'grow', 'empty'] as const),
    ...(['lose', 'swap', 'folder', 'link', 'stray'] as const),
  ),
  at: fc.nat({ max: 1000 }),
  length: fc.integer({ min: 1, max: 5000 }),
  damage,
})

const start = async (data: string, options: CollectorOptions = {}) => {
  const collector = createCollector({ data, logger: false, ...options })
  return { collector, url: (await collector.listen({ port: 0 })).url }
}

const headers = { 'content-type': 'application/json' }

/** Leaves one of each file that a collector makes. */
async function fill(data: string): Promise<void> {
  const { collector, url } = await start(data, { retention: { keepMs: 1e12 } })
  for (let session = 0; session < 3; session++) await sendEvents(url)
  await fetch(`${url}/telemetry`, { method: 'POST', body: '[{"type":""}]' })
  const question = '-- title: How many?\n-- answers: A number\n-- chart: table\nSELECT count(*) AS events FROM events\n'
  await fetch(`${url}/api/questions/how-many`, {
    method: 'PUT',
    headers,
    body: JSON.stringify({ text: question }),
  })
  await (await fetch(`${url}/api/backup`, { method: 'POST' })).text()
  await sendEvents(url)
  await collector.close()
  await writeFile(join(data, 'forgetting.json'), '["a"]')
}

const sendEvents = (url: string): Promise<Response> => {
  const events = Array.from({ length: 20 }, (_, n) => ({ type: 'a', timestamp: n, data: { n, text: 'x'.repeat(n) } }))
  return fetch(`${url}/telemetry`, { method: 'POST', body: JSON.stringify(events) })
}

async function openHarmed(original: string, harms: readonly FileHarm[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'downlink-fuzz-files-'))
  const data = join(folder, 'data')
  const outside = join(folder, 'outside')
  try {
    await cp(original, data, { recursive: true })
    await writeFile(outside, 'outside')
    for (const one of harms) await apply(one, data, outside)
    await expectOpens(data)
    if ((await readFile(outside, 'utf8')) !== 'outside') throw new Error('A file outside of the folder was changed')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function apply(
  { file, other, how, at, length, damage: edits }: FileHarm,
  data: string,
  outside: string,
): Promise<void> {
  const paths = await filesIn(data)
  const path = paths[file % paths.length]
  const second = paths[other % paths.length]
  if (path === undefined || second === undefined) return
  const bytes = await readFile(path)
  const from = Math.floor((bytes.length * at) / 1000)
  switch (how) {
    case 'json':
      return writeFile(path, damaged(parsed(bytes.toString()), edits))
    case 'flip':
      if (from < bytes.length) bytes[from] = (bytes[from] ?? 0) ^ (1 << (length % 8))
      return writeFile(path, bytes)
    case 'zero':
    case 'garbage':
      return writeFile(path, bytes.fill(how === 'zero' ? 0 : 0xab, from, Math.min(bytes.length, from + length)))
    case 'cut':
      return truncate(path, from)
    case 'grow':
      return truncate(path, bytes.length + length * 100)
    case 'empty':
      return writeFile(path, '')
    case 'swap': {
      const taken = await readFile(second)
      await writeFile(second, bytes)
      return writeFile(path, taken)
    }
    case 'stray':
      return writeFile(`${path}${['.tmp', '.wal', '~', '.corrupt-1', '.unfinished'][length % 5]}`, bytes)
  }
  await rm(path)
  if (how === 'folder') await mkdir(path)
  if (how === 'link') await symlink(outside, path)
}

/** In order, so that a number means the same file each time, though parts of names are chance. */
async function filesIn(data: string): Promise<readonly string[]> {
  const paths = (await readdir(data, { recursive: true })).map((name) => join(data, name)).sort()
  const found: string[] = []
  for (const path of paths) if ((await lstat(path)).isFile()) found.push(path)
  return found
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return { text: text.slice(0, 100) }
  }
}

async function expectOpens(data: string): Promise<void> {
  const running = await start(data).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'CollectorError') return undefined
    throw error
  })
  if (!running) return
  const { collector, url } = running
  try {
    const { status } = await sendEvents(url)
    if (status !== 200) throw new Error(`Events are answered with ${status}`)
    await expectLedgers(collector)
    for (const path of ['questions', 'health', 'sessions', 'labels']) {
      const answer = await fetch(`${url}/api/${path}`)
      if (answer.status !== 200)
        throw new Error(`/api/${path} is answered with ${answer.status} ${await answer.text()}`)
    }
  } finally {
    await collector.close()
  }
}

const patienceMs = 20_000

/** A store that mends its files is asked again, as a reader would. */
async function expectLedgers({ query }: Collector): Promise<void> {
  const beganAtMs = performance.now()
  for (;;) {
    try {
      const { rows } = await query(
        `SELECT session_id FROM ledgers
         WHERE pushed <> stored + expired + forgotten + rejected + dropped + missing + outstanding`,
      )
      if (rows.length > 0) throw new Error('The ledger of a session does not add up')
      return
    } catch (error) {
      const isPassing = error instanceof Error && 'code' in error && error.code === 'store_unavailable'
      if (!isPassing || performance.now() - beganAtMs > patienceMs) throw error
      await sleep(200)
    }
  }
}
