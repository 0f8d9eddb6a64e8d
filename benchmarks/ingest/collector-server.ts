/** Runs the collector of `../ingest.ts`, with schemas, over the data folder that is its only argument. */
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
const [data = ''] = process.argv.slice(2)
const collector = createCollector({ data, events, logger: false })
const { telemetry } = await collector.listen({ port: 0 })
answerParent(telemetry, () => collector.close())
