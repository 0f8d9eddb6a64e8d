/**
 * Answers work that takes its time, as lines of JSON: `{ "progress": … }` each time that it is further, and at last
 * `{ "result": … }`, or `{ "error": { code, message } }`. The work goes on where whoever asked has gone.
 */
import { PassThrough } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { faultOf } from './api-errors.ts'

export function answerWithProgress<Progress, Result>(
  reply: FastifyReply,
  work: (onProgress: (progress: Progress) => void) => Promise<Result>,
): FastifyReply {
  const lines = new PassThrough()
  const say = (line: object): void => void lines.write(`${JSON.stringify(line)}\n`)
  void work((progress) => say({ progress }))
    .then(
      (result) => say({ result }),
      (error: unknown) => {
        reply.log.error({ err: error }, 'What was asked for failed midway')
        say({ error: faultOf(error) })
      },
    )
    .finally(() => lines.end())
  return reply.type('application/x-ndjson').send(lines)
}

/**
 * What an OpenAPI document says of such an answer.
 *
 * @param progress the fields of it, such as `{ "share" }`; of the result likewise
 */
export const progressAnswer = (progress: string, result: string) => ({
  description: `Lines of JSON: \`{ "progress": ${progress} }\` now and then, and at last \`{ "result": ${result} }\`, or \`{ "error" }\``,
  content: { 'application/x-ndjson': { schema: { type: 'string' } } },
})
