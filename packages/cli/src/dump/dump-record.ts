/** Keeps the record of a dump beside its files: what was asked for, and which files are whole. */
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileError, folderError, isDraft, makeFolder, systemCode, writeAtomically } from '@downlink/artifacts/node'
import { CliError } from '../errors.ts'
import type { DumpQuestion } from './dump-plan.ts'

export interface RecordedFile {
  readonly rows: number
  readonly bytes: number
  /** Nothing can be added to what it holds. */
  readonly isClosed: boolean
}

export interface DumpRecord {
  readonly files: ReadonlyMap<string, RecordedFile>
  /** Is the file there as it was recorded, and can't have grown since? */
  keeps(name: string): Promise<boolean>
  add(name: string, file: RecordedFile): Promise<void>
}

/**
 * Makes the folder. It is this dump's once a file of it is whole.
 *
 * @throws {CliError} `other_dump`; {ArtifactError} as writing does
 */
export async function openDumpRecord(folder: string, question: DumpQuestion): Promise<DumpRecord> {
  const path = join(folder, `${question.table}.dump.json`)
  const asked = identityOf(question)
  const found = await readRecord(path)
  if (found && JSON.stringify(found.asked) !== JSON.stringify(asked)) {
    throw new CliError(
      'other_dump',
      `${folder} holds another dump of ${question.table}: ${JSON.stringify(found.asked)}`,
      `Name another folder with --out, or delete ${path} and the files beside it.`,
    )
  }
  await makeFolder(folder).catch((error: unknown) => {
    throw folderError(folder, error)
  })
  await removeLeftDrafts(folder)
  const files = new Map(Object.entries(found?.files ?? {}))
  const save = async (): Promise<void> => {
    const text = `${JSON.stringify({ asked, files: Object.fromEntries(files) }, undefined, 2)}\n`
    await writeAtomically(path, text).catch((error: unknown) => {
      throw fileError(`Can't write ${path}`, error)
    })
  }
  return {
    files,
    async keeps(name) {
      const file = files.get(name)
      return file?.isClosed === true && (await sizeOf(join(folder, name))) === file.bytes
    },
    async add(name, file) {
      files.set(name, file)
      await save()
    },
  }
}

/** Where a file is a day, the range only says which of them there are. */
function identityOf({ since, until, ...question }: DumpQuestion): object {
  const range = question.per === 'day' ? {} : { since, until }
  return JSON.parse(JSON.stringify({ ...question, ...range }))
}

interface SavedRecord {
  readonly asked: object
  readonly files: Readonly<Record<string, RecordedFile>>
}

/** One that can't be read is none: its files are written anew. */
async function readRecord(path: string): Promise<SavedRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(path, 'utf8'))
    return typeof record.asked === 'object' && typeof record.files === 'object' ? record : undefined
  } catch (error) {
    if (error instanceof SyntaxError || ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined
    throw fileError(`Can't read ${path}`, error)
  }
}

const sizeOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ size }) => size,
    () => undefined,
  )

/** What is still written to is younger: an answer of which nothing comes for five minutes is given up. */
const leftAfterMs = 600_000

/** A dump that was killed could not delete what it had begun. */
async function removeLeftDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!isDraft(name)) continue
    const path = join(folder, name)
    const isLeft = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs > leftAfterMs,
      () => false,
    )
    if (isLeft) await rm(path, { force: true })
  }
}
