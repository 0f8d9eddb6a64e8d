/** Holds the questions that the page offers: built in, a team's, and those that were saved from the page. */
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SqlDialect } from '../query/sql-dialect.ts'
import type { QuestionFile, QuestionProblem } from './question-file.ts'
import { type QuestionFolder, readQuestionFolder } from './question-folder.ts'
import { createSavedQuestions, type SavedQuestions, type SavedQuestionsOptions } from './saved-questions.ts'

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
  /** Saves a question, and throws, as `SavedQuestions` does. */
  save(name: string, text: string): Promise<Question>
  readonly remove: SavedQuestions['remove']
}

const builtInFolder = (dialect: SqlDialect): string =>
  fileURLToPath(new URL(`../../questions/${dialect}/`, import.meta.url))

export interface QuestionLibraryOptions {
  /** In which all of them are written. */
  readonly dialect: SqlDialect
  /** Where they are saved, as `SavedQuestions` does it. */
  readonly savedFolder: string
  /** It is read each time, so that a file is there as soon as it is written. */
  readonly teamFolder?: string | undefined
  readonly validateSql: SavedQuestionsOptions['validateSql']
}

export function createQuestionLibrary({
  dialect,
  savedFolder,
  teamFolder,
  validateSql,
}: QuestionLibraryOptions): QuestionLibrary {
  const isGiven = async (name: string): Promise<boolean> => has(await readGiven(), name)
  const saved = createSavedQuestions({ folder: savedFolder, dialect, isGiven, validateSql })
  let builtIn: Promise<QuestionFolder> | undefined

  return {
    async list() {
      const given = await readGiven()
      const own = listOf('saved', await saved.read())
      const questions = [...given.questions, ...own.questions.filter(({ name }) => !has(given, name))]
      // A folder elsewhere on this machine is not the page's business; its files' names are.
      const problems = [...given.problems, ...own.problems].map((problem) => ({
        ...problem,
        file: basename(problem.file),
      }))
      return { questions, problems }
    },
    save: async (name, text) => ({ name, origin: 'saved', ...(await saved.save(name, text)) }),
    remove: saved.remove,
  }

  /** What can't be saved over. */
  async function readGiven(): Promise<QuestionList> {
    builtIn ??= readQuestionFolder(builtInFolder(dialect), dialect)
    const own = listOf('built-in', await builtIn)
    if (teamFolder === undefined) return own
    const team = listOf('folder', await readQuestionFolder(resolve(teamFolder), dialect))
    const questions = [...own.questions.filter(({ name }) => !has(team, name)), ...team.questions]
    return { questions, problems: [...own.problems, ...team.problems] }
  }
}

const listOf = (origin: QuestionOrigin, { questions, problems }: QuestionFolder): QuestionList => ({
  questions: [...questions].map(([name, question]) => ({ name, origin, ...question })),
  problems,
})

const has = ({ questions }: QuestionList, name: string): boolean => questions.some((question) => question.name === name)
