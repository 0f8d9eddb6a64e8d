/** Runs the collector of `../ingest.ts`, with schemas, over a data folder; and sends on to a backend of OpenTelemetry, if one is named. */
import { createCollector } from '@downlink/collector'
import { defineEvents } from '@downlink/protocol'
import { z } from 'zod'
import { answerParent } from './server-process.ts'

const events = defineEvents({
  bullet_hit: z.object({
    bulletId: z.string(),
    shipId: z.string(),
    ownerId: z.string(),
    damage: z.number(),
    health: z.number(),
    x: z.number(),
    y: z.number(),
  }),
})
const [data = '', url] = process.argv.slice(2)
const collector = createCollector({ data, events, logger: false, ...(url !== undefined && { otlp: { url } }) })
const { telemetry } = await collector.listen({ port: 0 })
answerParent(telemetry, () => collector.close())
