/** Makes the OpenAPI document from the schemas of the routes of `/api`, and a word on those beside it. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'

declare module 'fastify' {
  interface FastifyInstance {
    downlinkOpenApi(): object
  }
}

const answer = (description: string, type: string, schema: object) => ({ description, content: { [type]: { schema } } })

const status = (description: string, value: string, more: Readonly<Record<string, object>> = {}) =>
  answer(description, 'application/json', {
    type: 'object',
    properties: { status: { type: 'string', enum: [value] }, ...more },
    required: ['status', ...Object.keys(more)],
  })

/** Of reads, which events don't wait for. */
const reads = { reads: { type: 'string', enum: ['ok', 'starting'], description: 'Can the database be asked?' } }

/** What is asked of a collector from beside `/api`, whose routes describe themselves. */
const watchPaths = (prefix: string) => ({
  [`${prefix}healthz`]: {
    get: { summary: 'Is the process alive?', security: [], responses: { 200: status('It is', 'ok') } },
  },
  [`${prefix}readyz`]: {
    get: {
      summary: 'Can events be committed?',
      security: [],
      responses: { 200: status('They can', 'ok', reads), 503: status('Not now, or no more', 'unavailable', reads) },
    },
  },
  [`${prefix}metrics`]: {
    get: {
      summary: 'Counts and durations since the start, for Prometheus',
      responses: { 200: answer('Its text format', 'text/plain', { type: 'string' }) },
    },
  },
})

/** @param prefix of all paths of the collector, with a slash at its end */
export const openApiFor = (prefix: string): FastifyDynamicSwaggerOptions => ({
  // A host may have @fastify/swagger of its own.
  decorator: 'downlinkOpenApi',
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Downlink collector',
      version: '1',
      description: [
        'Telemetry as it was stored. Times are milliseconds since 1970, except in query results. An answer has all that',
        'was acknowledged before it was asked for, or, where that takes over a second, what there is: then its header',
        '`downlink-as-of` is the time before which nothing is lacking. `Prefer: wait=60` waits so many seconds, 60 at most.',
        'A query that is asked with `Cache-Control: max-age=60` takes an answer that was asked for less than so many seconds',
        'ago: `age` and `downlink-as-of` tell how old it is, `server-timing` what it took.',
      ].join(' '),
    },
    components: {
      securitySchemes: {
        readToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'Where the collector has one. What changes or deletes wants the admin token, which reads, too.',
        },
      },
    },
    security: [{ readToken: [] }],
    paths: watchPaths(prefix),
  },
})
