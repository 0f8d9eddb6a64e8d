/**
 * Answers work that takes its time, as lines of JSON: `{ "progress": … }` each time that it is further, and at last
 * `{ "result": … }`, or `{ "error": { code, message } }`. The work goes on where whoever asked has gone. Of some of it
 * nothing is heard for minutes: then empty lines say that the connection is alive, to proxies and clients that end silent ones.
 */
import { PassThrough } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { faultOf } from './api-errors.ts'

/** The shortest wait of a proxy that is usual is 30 s. */
const beatMs = 10_000

export function answerWithProgress<Progress, Result>(
  reply: FastifyReply,
  work: (onProgress: (progress: Progress) => void) => Promise<Result>,
): FastifyReply {
  const lines = new PassThrough()
  const beat = setInterval(() => lines.write('\n'), beatMs)
  const say = (line: object): void => void lines.write(`${JSON.stringify(line)}\n`)
  void work((progress) => say({ progress }))
    .then(
      (result) => say({ result }),
      (error: unknown) => {
        reply.log.error({ err: error }, 'What was asked for failed midway')
        say({ error: faultOf(error) })
      },
    )
    .finally(() => {
      clearInterval(beat)
      lines.end()
    })
  return reply.type('application/x-ndjson').send(lines)
}

/**
 * What an OpenAPI document says of such an answer.
 *
 * @param progress the fields of it, such as `{ "share" }`; of the result likewise
 */
export const progressAnswer = (progress: string, result: string) => ({
  description: `Lines of JSON, or empty: \`{ "progress": ${progress} }\` now and then, and at last \`{ "result": ${result} }\`, or \`{ "error" }\``,
  content: { 'application/x-ndjson': { schema: { type: 'string' } } },
})
