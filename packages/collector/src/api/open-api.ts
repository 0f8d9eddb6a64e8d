/** How the OpenAPI document is made: from the schemas of the routes themselves. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'

declare module 'fastify' {
  interface FastifyInstance {
    downlinkOpenApi(): object
  }
}

export const openApiInfo: FastifyDynamicSwaggerOptions = {
  // A host may have @fastify/swagger of its own.
  decorator: 'downlinkOpenApi',
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Downlink collector',
      version: '1',
      description: 'Telemetry as it was stored. Times are milliseconds since 1970, except in query results.',
    },
    components: {
      securitySchemes: { readToken: { type: 'http', scheme: 'bearer', description: 'Where the collector has one' } },
    },
    security: [{ readToken: [] }],
  },
}
