/** Reads a folder of questions, one `.sql` file each, within bounds: whatever lies there, the others are answered. */
import { open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '@downlink/protocol'
import type { SqlDialect } from '../query/sql-dialect.ts'
import { type ParsedQuestion, parseQuestion, type QuestionFile, type QuestionProblem } from './question-file.ts'

export interface QuestionFolder {
  /** By name, in the order of the names. */
  readonly questions: ReadonlyMap<string, QuestionFile>
  readonly problems: readonly QuestionProblem[]
  /** Of all files, those that hold no question, too. */
  readonly names: readonly string[]
}

export const questionBounds = {
  maxBytes: 32_768,
  /** Of a folder. */
  maxFiles: 200,
} as const

const suffix = '.sql'
/** So that a name is a file on every system, and stands in an address as it is. */
const plainName = /^(?!(?:con|prn|aux|nul|com\d|lpt\d)$)[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/

/** @example isQuestionName('errors-by-build') === true */
export const isQuestionName = (name: string): boolean => plainName.test(name)

export const questionPath = (folder: string, name: string): string => join(folder, name + suffix)

export const expectedName = 'a name of 1 to 64 of a-z, 0-9 and - between them'

/** @param optional the folder may be missing */
export async function readQuestionFolder(
  folder: string,
  dialect: SqlDialect,
  optional = false,
): Promise<QuestionFolder> {
  const questions = new Map<string, QuestionFile>()
  const problems: QuestionProblem[] = []
  const add = (file: string, message: string) => problems.push({ file, line: 1, message })
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (!(optional && error.code === 'ENOENT')) add(folder, `Expected a folder of questions, got ${reasonOf(error)}`)
    return []
  })
  const files = names.filter((name) => name.endsWith(suffix) && !name.startsWith('.')).sort()
  const { maxFiles } = questionBounds
  if (files.length > maxFiles)
    add(folder, `Expected at most ${maxFiles} files, got ${files.length}: the rest is left out`)
  for (const filename of files.slice(0, maxFiles)) {
    const file = join(folder, filename)
    const name = filename.slice(0, -suffix.length)
    if (!isQuestionName(name)) {
      add(file, `Expected ${expectedName}, got ${name}`)
      continue
    }
    const parsed = await readQuestion(file, dialect).catch((error: NodeJS.ErrnoException) => {
      add(file, reasonOf(error))
      return undefined
    })
    if (parsed?.ok) questions.set(name, parsed.question)
    else problems.push(...(parsed?.problems ?? []))
  }
  return { questions, problems, names: files.map((filename) => filename.slice(0, -suffix.length)) }
}

/** Without the path that the system names: where the folder lies is not for whoever reads the page. */
const reasonOf = (error: NodeJS.ErrnoException): string =>
  error.syscall === undefined ? messageOf(error) : (messageOf(error).split(`, ${error.syscall}`, 1)[0] ?? '')

async function readQuestion(file: string, dialect: SqlDialect): Promise<ParsedQuestion> {
  // Opening a pipe would wait for whoever writes to it.
  if (!(await stat(file)).isFile()) throw new Error('Expected a file, got something else')
  const { maxBytes } = questionBounds
  const handle = await open(file)
  try {
    const bytes = Buffer.alloc(maxBytes + 1)
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0)
    if (bytesRead > maxBytes) throw new Error(`Expected at most ${maxBytes} bytes, got more`)
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, bytesRead))
    return parseQuestion(file, text, dialect)
  } finally {
    await handle.close()
  }
}
