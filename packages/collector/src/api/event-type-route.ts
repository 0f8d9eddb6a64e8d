/** Tells what an event type promises: beside what was rejected, it shows what was wrong. */
import type { EventSchemas } from '@downlink/protocol'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaOf } from '../query/schema-columns.ts'
import { errorAnswer, input, list, name, object, text } from './json-schema.ts'

/** The answer of `GET /api/event-type`. */
export interface EventTypeAnswer {
  /** Those that are defined, at most a thousand; none: all are taken. */
  readonly types: readonly string[]
  /** What a payload has to be, as JSON Schema; null where the type is not defined, or its library can not say it. */
  readonly schema: Readonly<Record<string, unknown>> | null
}

const eventTypeAnswer = object({
  types: list(text('A type that is defined; none are where all are taken')),
  schema: {
    type: ['object', 'null'],
    additionalProperties: true,
    description: 'What its payload has to be, as JSON Schema; null where nothing says it',
  },
})

const maxTypes = 1000

export function eventTypeRoute(app: FastifyInstance, schemas: EventSchemas): void {
  const types = Object.keys(schemas).slice(0, maxTypes)
  app.get<{ Querystring: { type: string } }>(
    '/event-type',
    {
      schema: {
        summary: 'What the payload of an event type has to be',
        querystring: input({ type: name('Of the events') }),
        response: { 200: eventTypeAnswer, default: errorAnswer },
      },
    },
    async ({ query }): Promise<EventTypeAnswer> => {
      const schema = Object.hasOwn(schemas, query.type) ? schemas[query.type] : undefined
      return { types, schema: (schema && jsonSchemaOf(schema)) ?? null }
    },
  )
}
