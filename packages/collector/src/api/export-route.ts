/** `/api/export`: writes the file, streams it, and deletes it, whether it was taken or not. */
import { createReadStream } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import type { Exporter, ExportRequest } from '../query/export.ts'
import { dataApi } from './data-api.ts'
import { goneSignal } from './gone-signal.ts'

export function exportRoute(app: FastifyInstance, exporter: Exporter): void {
  app.route<{ Querystring: ExportRequest }>({
    ...dataApi.export,
    async handler({ query, log }, reply) {
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
  })
}
