/** Keeps inputs that once did harm as files, a folder a target: each is tried again with every run of the tests. */
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Case {
  /** What it did when it was found. */
  readonly did: string
  readonly input: unknown
}

const folderOf = (target: string): string => join(import.meta.dirname, 'cases', target)

/** @returns the inputs */
export async function readCases(target: string): Promise<readonly unknown[]> {
  const files = (await readdir(folderOf(target)).catch(() => [])).sort()
  return Promise.all(
    files.map(async (file) => (JSON.parse(await readFile(join(folderOf(target), file), 'utf8')) as Case).input),
  )
}

/** @returns its path */
export async function keepCase(target: string, found: Case): Promise<string> {
  const text = `${JSON.stringify(found, undefined, 2)}\n`
  const name = createHash('sha256').update(JSON.stringify(found.input)).digest('hex').slice(0, 8)
  await mkdir(folderOf(target), { recursive: true })
  const path = join(folderOf(target), `${name}.json`)
  await writeFile(path, text)
  return path
}
