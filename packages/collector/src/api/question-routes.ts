/** Lists the questions that the page offers, saves those that it is given, and names their dialect, and what it may call. */
import type { FastifyInstance } from 'fastify'
import { type SqlDialect, sqlDialects } from '../query/sql-dialect.ts'
import type { QuestionLibrary } from '../questions/question-library.ts'
import type { ApiAccess } from './api-access.ts'
import { sendError } from './api-errors.ts'
import { anything, count, errorAnswer, flag, input, list, name, object, text } from './json-schema.ts'
import { requireScope } from './require-scope.ts'

interface Named {
  readonly Params: { readonly name: string }
}

const questionAnswer = object({
  name: text('Its name in addresses'),
  origin: { type: 'string', enum: ['built-in', 'folder', 'saved'], description: 'Where its file lies' },
  title: text('What is asked'),
  answers: text('What the answer says'),
  chart: { type: 'object', description: 'How the answer is drawn: `kind`, and which columns are its axes' },
  parameters: list({ type: 'object', description: 'What may be picked: `name`, `kind`, `title` and its bounds' }),
  labels: list(object({ name: text('A label that must be there'), how: text('How a game sets it') })),
  sql: list(anything('Text, or `{ parameter }` where its value stands')),
})

const questionsAnswer = object({
  questions: list(questionAnswer),
  problems: list(object({ file: text('Its name'), line: count('From 1'), message: text('What is wrong') })),
  writable: flag('Questions can be saved'),
})

const questionParams = input({ name: name('The question') })

export interface QuestionRoutes {
  readonly questions: QuestionLibrary
  readonly dialect: SqlDialect
  /** Names of the functions that a query may call. Rejects where the store has to be asked, and is away. */
  readonly functions: () => Promise<readonly string[]>
  readonly access: ApiAccess
}

/** Others run what was saved, so saving is for who administers. */
export function questionRoutes(app: FastifyInstance, { questions, dialect, functions, access }: QuestionRoutes): void {
  const mayAdminister = requireScope(access, 'admin')
  app.get(
    '/questions',
    {
      schema: {
        summary: 'Questions: built in, of the folder that the collector was given, and saved ones',
        response: { 200: questionsAnswer, default: errorAnswer },
      },
    },
    async ({ raw }) => ({ ...(await questions.list()), writable: (await access.decide(raw, 'admin')) === 'allowed' }),
  )
  app.get(
    '/functions',
    {
      schema: {
        summary: 'The functions that a query may call',
        response: { 200: object({ functions: list(text('Its name')) }), default: errorAnswer },
      },
    },
    async () => ({ functions: await functions() }),
  )
  app.get(
    '/dialect',
    {
      schema: {
        summary: 'The dialect of SQL in which queries and questions are asked',
        response: {
          200: object({ dialect: { type: 'string', enum: [...sqlDialects], description: 'That of the database' } }),
          default: errorAnswer,
        },
      },
    },
    async () => ({ dialect }),
  )
  app.put<Named & { Body: { readonly text: string } }>(
    '/questions/:name',
    {
      onRequest: mayAdminister,
      schema: {
        summary: 'Saves a question, in the place of the saved one of that name',
        params: questionParams,
        body: input({ text: { type: 'string', minLength: 1, maxLength: 60_000, description: 'Its file' } }),
        response: { 200: questionAnswer, default: errorAnswer },
      },
    },
    ({ params, body }) => questions.save(params.name, body.text),
  )
  app.delete<Named>(
    '/questions/:name',
    {
      onRequest: mayAdminister,
      schema: {
        summary: 'Deletes a saved question',
        params: questionParams,
        response: { 204: { type: 'null', description: 'It is gone' }, default: errorAnswer },
      },
    },
    async ({ params }, reply) => {
      if (await questions.remove(params.name)) return reply.code(204).send()
      return sendError(reply, 404, 'not_found', `There is no saved question ${params.name}`)
    },
  )
}
