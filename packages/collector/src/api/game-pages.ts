/** Pages beside the collector's own, such as a game: static files, and the configuration that the client reads. */
import { resolve } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import type { CollectorPage } from '../options.ts'
import { slashRedirect } from './page.ts'
import { commonHeaders } from './security-headers.ts'

export async function gamePages(app: FastifyInstance, pages: Readonly<Record<string, CollectorPage>>): Promise<void> {
  app.addHook('onSend', async ({ url }, reply, payload) => {
    if (reply.hasHeader('location')) reply.header('location', slashRedirect(url))
    return payload
  })
  for (const [path, { folder, config = {} }] of Object.entries(pages)) {
    const script = `globalThis.downlinkConfig = ${JSON.stringify(config)}\n`
    app.get(`${path}/downlink-config.js`, { schema: { hide: true } }, (_request, reply) =>
      reply
        .headers({ ...commonHeaders, 'cache-control': 'no-store' })
        .type('text/javascript; charset=utf-8')
        .send(script),
    )
    await app.register(fastifyStatic, {
      root: resolve(folder),
      prefix: path,
      redirect: true,
      decorateReply: false,
      cacheControl: false,
      setHeaders(response) {
        for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value)
        response.setHeader('cache-control', 'no-cache')
      },
    })
  }
}
