/** Serves the client as one classic script, `/client.js`, to pages of any origin: it is no secret, and sends nothing by itself. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import { immutable } from './pages.ts'

/** As the build leaves it there. */
const scriptUrl = new URL('../client.js', import.meta.url)
const manifestUrl = new URL('../../package.json', import.meta.url)

/** Asked for by the collector's version (`?v=`) it never changes; without it a browser asks whether it has. */
export async function clientScript(app: FastifyInstance): Promise<void> {
  if (!existsSync(scriptUrl)) return
  const [text, manifest] = await Promise.all([readFile(scriptUrl), readFile(manifestUrl, 'utf8')])
  const { version } = JSON.parse(manifest)
  const zipped = gzipSync(text)
  const etag = `W/"${createHash('sha256').update(text).digest('base64url')}"`

  app.get<{ Querystring: { v?: string } }>(
    '/client.js',
    { schema: { hide: true } },
    async ({ headers, query }, reply) => {
      reply.headers({
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
        'cache-control': query.v === version ? immutable : 'no-cache',
        vary: 'accept-encoding',
        etag,
      })
      if (headers['if-none-match']?.includes(etag)) return reply.code(304).send()
      reply.type('text/javascript; charset=utf-8')
      const takesGzip = /\bgzip\b/.test(String(headers['accept-encoding']))
      return takesGzip ? reply.header('content-encoding', 'gzip').send(zipped) : reply.send(text)
    },
  )
}
