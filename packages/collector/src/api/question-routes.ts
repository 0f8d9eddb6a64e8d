/** Lists the questions that the page offers, saves those that it is given, and names what their SQL may call. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { allowedFunctions, allowedTableFunctions } from '../query/allowed-functions.ts'
import type { QuestionLibrary } from '../questions/question-library.ts'
import { sendError } from './api-errors.ts'
import type { ReadAccess } from './read-access.ts'
import { answers, errorAnswer, queries } from './schemas.ts'

interface Named {
  readonly Params: { readonly name: string }
}

export function questionRoutes(app: FastifyInstance, questions: QuestionLibrary, { mayWrite }: ReadAccess): void {
  app.get(
    '/questions',
    {
      schema: {
        summary: 'Questions: built in, of the folder that the collector was given, and saved ones',
        response: { 200: answers.questions, default: errorAnswer },
      },
    },
    async () => ({ ...(await questions.list()), writable: mayWrite }),
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
      schema: {
        summary: 'Saves a question, in the place of the saved one of that name',
        params: queries.question,
        body: queries.questionText,
        response: { 200: answers.question, default: errorAnswer },
      },
    },
    async ({ params, body }, reply) => (mayWrite ? questions.save(params.name, body.text) : readOnly(reply)),
  )
  app.delete<Named>(
    '/questions/:name',
    {
      schema: {
        summary: 'Deletes a saved question',
        params: queries.question,
        response: { 204: { type: 'null', description: 'It is gone' }, default: errorAnswer },
      },
    },
    async ({ params }, reply) => {
      if (!mayWrite) return readOnly(reply)
      if (await questions.remove(params.name)) return reply.code(204).send()
      return sendError(reply, 404, 'not_found', `There is no saved question ${params.name}`)
    },
  )
}

/** Operators are no names. */
const callable = [...new Set([...allowedFunctions, ...allowedTableFunctions])]
  .filter((name) => /^\w+$/.test(name))
  .sort()

const readOnly = (reply: FastifyReply): FastifyReply =>
  sendError(
    reply,
    403,
    'forbidden',
    'A read token reads, and saves nothing. Put the file into the folder of `--questions`.',
  )
