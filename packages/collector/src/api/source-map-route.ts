/** Answers the source map of a script, by which the page reads a stack. */
import { pipeline } from 'node:stream/promises'
import { constants, createGzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import type { SourceMaps } from '../source-maps/source-maps.ts'
import type { TextField } from './check-input.ts'
import { errorAnswer, input, name } from './json-schema.ts'

const address: TextField = {
  type: 'string',
  title: 'text of 1 to 2048 characters',
  minLength: 1,
  maxLength: 2048,
  description: 'The address of the script, or its path',
}

const jsonOfMap = { description: 'The map', content: { 'application/json': { schema: { type: 'object' } } } }
const none = { type: 'null', description: 'None is kept' }

export function sourceMapRoute(app: FastifyInstance, sourceMaps: SourceMaps): void {
  app.get<{ Querystring: { readonly script: string; readonly build?: string } }>(
    '/source-map',
    {
      exposeHeadRoute: false,
      schema: {
        summary: 'The source map of a script of the game',
        querystring: input({ script: address, build: name('Of the session, where it names one') }, ['build']),
        response: { 200: jsonOfMap, 204: none, default: errorAnswer },
      },
    },
    async ({ query: { script, build }, headers }, reply) => {
      const map = await sourceMaps.find({ url: script, build })
      // Most scripts have none: a browser would tell its console of each 404.
      if (map === undefined) return reply.code(204).send()
      reply.type('application/json; charset=utf-8').header('vary', 'accept-encoding')
      if (!/\bgzip\b/.test(String(headers['accept-encoding']))) return reply.send(map)
      // Maps are a fifth then, also at the least effort.
      const zipped = createGzip({ level: constants.Z_BEST_SPEED })
      pipeline(map, zipped).catch((error: unknown) => zipped.destroy(error as Error))
      return reply.header('content-encoding', 'gzip').send(zipped)
    },
  )
}
