/** Tells what an event type promises: beside what was rejected, it shows what was wrong. */
import { type EventSchemas, versionsOf } from '@downlink/protocol'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaOf } from '../query/schema-columns.ts'
import { count, errorAnswer, input, list, name, object, text } from './json-schema.ts'

/** The answer of `GET /api/event-type`. */
export interface EventTypeAnswer {
  /** Those that are defined, at most a thousand; none: all are taken. */
  readonly types: readonly string[]
  /** What it promises, and has promised, oldest first; none where the type is not defined. */
  readonly versions: readonly PromisedVersion[]
}

interface PromisedVersion {
  /** The first version of the definitions that it is of. */
  readonly since: number
  /** What a payload has to be, as JSON Schema; null where its library can not say it. */
  readonly schema: Readonly<Record<string, unknown>> | null
}

const eventTypeAnswer = object({
  types: list(text('A type that is defined; none are where all are taken')),
  versions: list(
    object({
      since: count('The first version of the definitions that it is of; the oldest comes first'),
      schema: {
        type: ['object', 'null'],
        additionalProperties: true,
        description: 'What its payload has to be, as JSON Schema; null where nothing says it',
      },
    }),
  ),
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
      const defined = Object.hasOwn(schemas, query.type) ? schemas[query.type] : undefined
      const versions = defined ? versionsOf(defined) : []
      return { types, versions: versions.map(({ since, schema }) => ({ since, schema: jsonSchemaOf(schema) ?? null })) }
    },
  )
}
