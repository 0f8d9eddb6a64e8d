/** `/api/export`: writes the file, streams it, and deletes it, whether it was taken or not. */
import { createReadStream } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import type { Exporter, ExportRequest } from '../query/export.ts'
import { goneSignal } from './gone-signal.ts'
import { errorAnswer, queries } from './schemas.ts'

const file = { description: 'The file', content: { '*/*': { schema: { type: 'string', format: 'binary' } } } }

export function exportRoute(app: FastifyInstance, exporter: Exporter): void {
  app.get<{ Querystring: ExportRequest }>(
    '/export',
    {
      exposeHeadRoute: false,
      schema: {
        summary: 'Events as a file',
        querystring: queries.export,
        response: { 200: file, default: errorAnswer },
      },
    },
    async ({ query, log }, reply) => {
      const { path, bytes, mimeType, filename, remove } = await exporter.write(query, goneSignal(reply))
      const stream = createReadStream(path)
      // Whichever way the download ends, the stream closes; on Windows an open file can't be deleted.
      stream.once('close', () => {
        remove().catch((err: unknown) => log.error({ err, path }, 'An export was left behind'))
      })
      if (reply.raw.destroyed) stream.destroy()
      return reply
        .header('content-type', mimeType)
        .header('content-length', bytes)
        .header('content-disposition', `attachment; filename="${filename}"`)
        .send(stream)
    },
  )
}
