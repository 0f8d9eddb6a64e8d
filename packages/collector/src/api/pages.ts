/** Serves pages: the collector's own, as `vite build` left it in packages/dashboard, and those beside it, such as a game. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import type { CollectorPage } from '../options.ts'

const notBuilt = `The page is not built. From the repository's root:

  npm run build

The API is here all the same: api/openapi.json lists it.
`

/** Files under assets/ have their content's hash in their name. */
export const immutable = 'public, max-age=31536000, immutable'

/** Where a folder that was asked for without its slash is: relative, for a proxy may have put a path before ours. */
function slashRedirect(url: string): string {
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
      response.setHeader('cache-control', path.includes('assets') ? immutable : 'no-cache')
    },
  })
}

/** Static files, and the configuration that the client reads. */
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

/** Everything that the page needs comes from beside it; no inline script or style, no frame, no other origin. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ')

const commonHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
}

const pageHeaders: Readonly<Record<string, string>> = {
  ...commonHeaders,
  'content-security-policy': pagePolicy,
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'x-frame-options': 'DENY',
}

/** An answer is nobody's but the asker's; opened as a page it can do nothing. */
export const apiHeaders: Readonly<Record<string, string>> = {
  ...commonHeaders,
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
}
