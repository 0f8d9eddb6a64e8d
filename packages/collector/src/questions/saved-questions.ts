/** Saves questions in a folder, and deletes them: one at a time, so that a bound that was checked holds. */
import { mkdir, rm } from 'node:fs/promises'
import { CollectorError } from '../errors.ts'
import type { SqlDialect } from '../query/sql-dialect.ts'
import { createSerialQueue } from '../serial-queue.ts'
import { writeSmallFile } from '../small-files.ts'
import { parseQuestion, type QuestionFile } from './question-file.ts'
import {
  expectedName,
  isQuestionName,
  type QuestionFolder,
  questionBounds,
  questionPath,
  readQuestionFolder,
} from './question-folder.ts'
import { exampleSql } from './question-sql.ts'

export interface SavedQuestions {
  read(): Promise<QuestionFolder>
  /**
   * Saves a question, in the place of the one of that name.
   *
   * @throws {CollectorError} `bad_question`, `data_unusable`; `store_unavailable` and the like, for its SQL has to be judged
   */
  save(name: string, text: string): Promise<QuestionFile>
  /** @returns false where none of that name was saved */
  remove(name: string): Promise<boolean>
}

export interface SavedQuestionsOptions {
  /** It is made when the first question is saved. */
  readonly folder: string
  readonly dialect: SqlDialect
  /** Is it the name of a question that can't be saved over? */
  readonly isGiven: (name: string) => Promise<boolean>
  /** Rejects with `bad_sql` or `forbidden_sql` where a query would be refused. */
  readonly validateSql: (sql: string) => Promise<void>
}

export function createSavedQuestions({ folder, dialect, isGiven, validateSql }: SavedQuestionsOptions): SavedQuestions {
  const inTurn = createSerialQueue()
  const read = (): Promise<QuestionFolder> => readQuestionFolder(folder, dialect, true)
  return {
    read,
    save: (name, text) => inTurn(() => save(name, text)),
    remove: (name) => inTurn(() => remove(name)),
  }

  async function save(name: string, text: string): Promise<QuestionFile> {
    if (!isQuestionName(name)) throw refused(`Expected ${expectedName}, got ${name.slice(0, 80)}`)
    const bytes = Buffer.from(text)
    const { maxBytes, maxFiles } = questionBounds
    if (bytes.length > maxBytes) throw refused(`Expected at most ${maxBytes} bytes, got ${bytes.length}`)
    const parsed = parseQuestion(`${name}.sql`, text, dialect)
    if (!parsed.ok) {
      throw refused(parsed.problems.map(({ line, message }) => `Line ${line}: ${message}`).join('\n'))
    }
    if (await isGiven(name)) throw refused(`Expected a name that no built-in or given question has, got ${name}`)
    const { names } = await read()
    if (!names.includes(name) && names.length >= maxFiles) {
      throw refused(`Expected at most ${maxFiles} files of saved questions: delete one first`)
    }
    await validate(parsed.question)
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeSmallFile(questionPath(folder, name), bytes)
    } catch (cause) {
      throw new CollectorError('data_unusable', `Can't write the question ${name}: ${String(cause)}`, { cause })
    }
    return parsed.question
  }

  async function validate(question: QuestionFile): Promise<void> {
    try {
      await validateSql(exampleSql(question, dialect))
    } catch (error) {
      const isRefusal = error instanceof CollectorError && (error.code === 'bad_sql' || error.code === 'forbidden_sql')
      throw isRefusal ? refused(error.message) : error
    }
  }

  async function remove(name: string): Promise<boolean> {
    if (!isQuestionName(name)) return false
    try {
      await rm(questionPath(folder, name))
      return true
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw new CollectorError('data_unusable', `Can't delete the question ${name}: ${String(cause)}`, { cause })
    }
  }
}

const refused = (message: string): CollectorError => new CollectorError('bad_question', message)
