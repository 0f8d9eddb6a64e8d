/** Lists the questions that the page offers, saves those that it is given, and names what their SQL may call. */
import type { FastifyInstance } from 'fastify'
import { allowedFunctions, allowedTableFunctions } from '../query/allowed-functions.ts'
import type { QuestionLibrary } from '../questions/question-library.ts'
import type { ApiAccess } from './api-access.ts'
import { sendError } from './api-errors.ts'
import { requireScope } from './require-scope.ts'
import { answers, errorAnswer, queries } from './schemas.ts'

interface Named {
  readonly Params: { readonly name: string }
}

/** Others run what was saved, so saving is for who administers. */
export function questionRoutes(app: FastifyInstance, questions: QuestionLibrary, access: ApiAccess): void {
  const mayAdminister = requireScope(access, 'admin')
  app.get(
    '/questions',
    {
      schema: {
        summary: 'Questions: built in, of the folder that the collector was given, and saved ones',
        response: { 200: answers.questions, default: errorAnswer },
      },
    },
    async ({ raw }) => ({ ...(await questions.list()), writable: (await access.judge(raw, 'admin')) === 'allowed' }),
  )
  app.get(
    '/functions',
    {
      schema: {
        summary: 'The functions that a query may call',
        response: { 200: answers.functions, default: errorAnswer },
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
        params: queries.question,
        body: queries.questionText,
        response: { 200: answers.question, default: errorAnswer },
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
        params: queries.question,
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
  .filter((name) => /^\w+$/.test(name))
  .sort()
