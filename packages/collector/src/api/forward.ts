/** Passes the routes that read the database on to the store process, without a look at what goes to and fro. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { asOfHeader } from '../store-process/messages.ts'
import type { ReadClient } from '../store-process/read-client.ts'
import { dataApi } from './data-api.ts'
import { goneSignal } from './gone-signal.ts'

/** Of an answer; the others are this side's own. */
const passedHeaders = ['content-type', 'content-length', 'content-disposition', 'retry-after', asOfHeader] as const

/** Registers on an instance of its own: here bodies stay as they came, and the store process judges what is asked. */
export async function forwardReads(app: FastifyInstance, reads: ReadClient): Promise<void> {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setValidatorCompiler(() => () => true)
  for (const route of Object.values(dataApi)) app.route({ ...route, handler: forward })

  async function forward({ raw, url, body }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const signal = goneSignal(reply)
    const { method = 'GET', headers } = raw
    const response = await reads.send({
      method,
      // The API may be mounted below a path, of which the store process knows nothing.
      path: url.slice(app.prefix.length),
      contentType: headers['content-type'],
      prefer: headers.prefer?.toString(),
      body: Buffer.isBuffer(body) ? body : undefined,
      signal,
    })
    for (const name of passedHeaders) {
      const value = response.headers[name]
      if (value !== undefined) reply.header(name, value)
    }
    return reply.code(response.statusCode ?? 502).send(response)
  }
}
