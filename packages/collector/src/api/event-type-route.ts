/** Tells what an event type promises: beside what was rejected, it shows what was wrong. */
import type { EventSchemas } from '@downlink/protocol'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaOf } from '../query/schema-columns.ts'
import { answers, errorAnswer, queries } from './schemas.ts'

/** The answer of `GET /api/event-type`. */
export interface EventTypeAnswer {
  /** Those that are defined, at most a thousand; none: all are taken. */
  readonly types: readonly string[]
  /** What a payload has to be, as JSON Schema; null where the type is not defined, or its library can not say it. */
  readonly schema: Readonly<Record<string, unknown>> | null
}

const maxTypes = 1000

export function eventTypeRoute(app: FastifyInstance, schemas: EventSchemas): void {
  const types = Object.keys(schemas).slice(0, maxTypes)
  app.get<{ Querystring: { type: string } }>(
    '/event-type',
    {
      schema: {
        summary: 'What the payload of an event type has to be',
        querystring: queries.eventType,
        response: { 200: answers.eventType, default: errorAnswer },
      },
    },
    async ({ query }): Promise<EventTypeAnswer> => {
      const schema = Object.hasOwn(schemas, query.type) ? schemas[query.type] : undefined
      return { types, schema: (schema && jsonSchemaOf(schema)) ?? null }
    },
  )
}
