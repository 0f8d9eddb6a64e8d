/** Lists the questions that the page offers, saves those that it is given, and names what their SQL may call. */
import type { FastifyInstance } from 'fastify'
import { allowedFunctions, allowedTableFunctions } from '../allowed-sql/allowed-functions.ts'
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

/** Others run what was saved, so saving is for who administers. */
export function questionRoutes(app: FastifyInstance, questions: QuestionLibrary, access: ApiAccess): void {
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
    async () => ({ functions: callable }),
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

/** Operators are no names. */
const callable = [...new Set([...allowedFunctions, ...allowedTableFunctions])]
  .filter((callee) => /^\w+$/.test(callee))
  .sort()
