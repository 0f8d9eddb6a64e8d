/** Runs a collector as the process of `collector-process.ts`, and ends with whoever started it. */
import { createCollector } from '@downlink/collector'
import { usedHeap } from './held-bytes.ts'

const [options = '{}'] = process.argv.slice(2)
const collector = createCollector({ logger: false, ...JSON.parse(options) })

async function close(): Promise<void> {
  await collector.close()
  process.exit()
}

process.on('disconnect', close)
process.on('message', (request) => {
  if (request === 'held-bytes') process.send?.(usedHeap())
  else void close()
})
process.send?.(await collector.listen({ port: 0 }))
