/** Holds the questions that the page offers: built in, a team's, and those that were saved from the page. */
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CollectorError } from '../errors.ts'
import { parseQuestion, type QuestionFile, type QuestionProblem } from './question-file.ts'
import {
  expectedName,
  isQuestionName,
  type QuestionFolder,
  questionBounds,
  questionPath,
  readQuestionFolder,
} from './question-folder.ts'
import { exampleSql } from './question-sql.ts'

/** `folder`: of the folder that the collector was given. */
export type QuestionOrigin = 'built-in' | 'folder' | 'saved'

export interface Question extends QuestionFile {
  readonly name: string
  readonly origin: QuestionOrigin
}

export interface QuestionList {
  /** A file of the team's folder stands in for a built-in one of its name. */
  readonly questions: readonly Question[]
  /** Files that hold no question, and why. */
  readonly problems: readonly QuestionProblem[]
}

export interface QuestionLibrary {
  list(): Promise<QuestionList>
  /**
   * Saves a question, in the place of the saved one of that name.
   *
   * @throws {CollectorError} `bad_question`, `data_unusable`; `store_unavailable` and the like, for its SQL has to be judged
   */
  save(name: string, text: string): Promise<Question>
  /** @returns false where none of that name was saved */
  remove(name: string): Promise<boolean>
}

const builtInFolder = fileURLToPath(new URL('../../questions/', import.meta.url))

export interface QuestionLibraryOptions {
  /** It is made when the first question is saved. */
  readonly savedFolder: string
  /** It is read each time, so that a file is there as soon as it is written. */
  readonly teamFolder?: string | undefined
  /** Rejects with `bad_sql` or `forbidden_sql` where a query would be refused. */
  readonly judgeSql: (sql: string) => Promise<void>
}

export function createQuestionLibrary(options: QuestionLibraryOptions): QuestionLibrary {
  const { savedFolder, teamFolder, judgeSql } = options
  let builtIn: Promise<QuestionFolder> | undefined
  /** One write at a time, so that a bound that was checked holds. */
  let writing: Promise<unknown> = Promise.resolve()

  return {
    async list() {
      const { given, saved } = await read()
      const questions = [...given.questions, ...saved.questions.filter(({ name }) => !has(given, name))]
      // A folder elsewhere on this machine is not the page's business; its files' names are.
      const problems = [...given.problems, ...saved.problems].map((problem) => ({
        ...problem,
        file: basename(problem.file),
      }))
      return { questions, problems }
    },
    save: (name, text) => oneByOne(() => save(name, text)),
    remove: (name) => oneByOne(() => remove(name)),
  }

  /** What can't be saved over, and what was saved. */
  async function read(): Promise<{ readonly given: QuestionList; readonly saved: SavedList }> {
    builtIn ??= readQuestionFolder(builtInFolder)
    const own = listOf('built-in', await builtIn)
    const savedFiles = await readQuestionFolder(savedFolder, true)
    const saved = { ...listOf('saved', savedFiles), names: savedFiles.names }
    if (teamFolder === undefined) return { given: own, saved }
    const team = listOf('folder', await readQuestionFolder(resolve(teamFolder)))
    const questions = [...own.questions.filter(({ name }) => !has(team, name)), ...team.questions]
    return { given: { questions, problems: [...own.problems, ...team.problems] }, saved }
  }

  async function save(name: string, text: string): Promise<Question> {
    if (!isQuestionName(name)) throw refused(`Expected ${expectedName}, got ${name.slice(0, 80)}`)
    const bytes = Buffer.from(text)
    const { maxBytes, maxFiles } = questionBounds
    if (bytes.length > maxBytes) throw refused(`Expected at most ${maxBytes} bytes, got ${bytes.length}`)
    const parsed = parseQuestion(`${name}.sql`, text)
    if (parsed.kind === 'problems') {
      throw refused(parsed.problems.map(({ line, message }) => `Line ${line}: ${message}`).join('\n'))
    }
    const { given, saved } = await read()
    if (has(given, name)) throw refused(`Expected a name that no built-in or given question has, got ${name}`)
    if (!saved.names.includes(name) && saved.names.length >= maxFiles) {
      throw refused(`Expected at most ${maxFiles} files of saved questions: delete one first`)
    }
    await judge(parsed.question)
    try {
      await mkdir(savedFolder, { recursive: true, mode: 0o700 })
      await replaceFile(questionPath(savedFolder, name), bytes)
    } catch (cause) {
      throw new CollectorError('data_unusable', `Can't write the question ${name}: ${String(cause)}`, { cause })
    }
    return { name, origin: 'saved', ...parsed.question }
  }

  async function judge(question: QuestionFile): Promise<void> {
    try {
      await judgeSql(exampleSql(question))
    } catch (error) {
      const isRefusal = error instanceof CollectorError && (error.code === 'bad_sql' || error.code === 'forbidden_sql')
      throw isRefusal ? refused(error.message) : error
    }
  }

  async function remove(name: string): Promise<boolean> {
    if (!isQuestionName(name)) return false
    try {
      await rm(questionPath(savedFolder, name))
      return true
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw new CollectorError('data_unusable', `Can't delete the question ${name}: ${String(cause)}`, { cause })
    }
  }

  function oneByOne<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = writing.then(work)
    writing = done.catch(() => {})
    return done
  }
}

const listOf = (origin: QuestionOrigin, { questions, problems }: QuestionFolder): QuestionList => ({
  questions: [...questions].map(([name, question]) => ({ name, origin, ...question })),
  problems,
})

/** With the names of all its files. */
type SavedList = QuestionList & Pick<QuestionFolder, 'names'>

const has = ({ questions }: QuestionList, name: string): boolean => questions.some((question) => question.name === name)

const refused = (message: string): CollectorError => new CollectorError('bad_question', message)

/** Whole or not at all: beside it first, synced, and then in its place. */
async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  // No question by its name, should a crash leave it behind: the next save writes over it.
  const temporary = `${path}.tmp`
  try {
    const handle = await open(temporary, 'w', 0o600)
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
