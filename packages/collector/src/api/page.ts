/** The collector's own page, as `vite build` left it in packages/dashboard. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { pageHeaders } from './security-headers.ts'

const notBuilt = `The page is not built. From the repository's root:

  npm run build

The API is here all the same: api/openapi.json lists it.
`

/** Files under assets/ have their content's hash in their name. */
const year = 'public, max-age=31536000, immutable'

/** Where a folder that was asked for without its slash is: relative, for a proxy may have put a path before ours. */
export function slashRedirect(url: string): string {
  const [path = '', ...query] = url.split('?')
  return [`.${path.slice(path.lastIndexOf('/'))}/`, ...query].join('?')
}

export async function pageRoutes(app: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) {
    app.get('/', { schema: { hide: true } }, (_request, reply) =>
      reply.type('text/plain; charset=utf-8').send(notBuilt),
    )
    return
  }
  // The page's own paths are relative, and lead elsewhere without the slash.
  app.addHook('onRequest', async ({ url }, reply) =>
    app.prefix !== '' && url.split('?', 1)[0] === app.prefix ? reply.redirect(slashRedirect(url)) : undefined,
  )
  await app.register(fastifyStatic, {
    root: folder,
    // A host may have @fastify/static of its own.
    decorateReply: false,
    cacheControl: false,
    // One route a file: a wildcard would take the host's own paths.
    wildcard: false,
    setHeaders(response, path) {
      for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value)
      response.setHeader('cache-control', path.includes('assets') ? year : 'no-cache')
    },
  })
}
