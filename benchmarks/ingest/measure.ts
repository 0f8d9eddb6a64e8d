/** Puts a server under a load, and prints what came of it: one line of `../ingest.ts`. */
import { on } from 'node:events'
import type { LoadMessage, LoadOrder, LoadReport } from './load.ts'
import { forkTypeScript, type ServerProcess, type Usage } from './server-process.ts'

export type Order = Omit<LoadOrder, 'url' | 'batchSize'>

export interface Measured extends LoadReport {
  readonly eventsPerSecond: number
  readonly cpuSecondsPerMillion: number
  readonly residentMb: number
}

export async function measure(name: string, server: ServerProcess, order: Order): Promise<Measured> {
  const child = forkTypeScript('load.ts')
  const exit = new AbortController()
  child.once('exit', (code) => exit.abort(new Error(`The load ended with ${code}`)))
  child.send({ ...order, url: server.url, batchSize: 50 } satisfies LoadOrder)
  const usages: Usage[] = []
  for await (const [message] of on(child, 'message', { signal: exit.signal }) as AsyncIterable<[LoadMessage]>) {
    if (message.kind !== 'report') usages.push(await server.usage())
    else {
      child.kill()
      const measured = measuredOf(message.report, usages, order.seconds)
      print(name, measured)
      return measured
    }
  }
  throw new Error('Expected a report of the load')
}

function measuredOf(report: LoadReport, [before, after]: readonly Usage[], seconds: number): Measured {
  if (!before || !after) throw new Error('Expected a load that begins and ends')
  return {
    ...report,
    eventsPerSecond: report.ackedEvents / seconds,
    cpuSecondsPerMillion: ((after.cpuMs - before.cpuMs) * 1000) / report.ackedEvents,
    residentMb: after.residentMb,
  }
}

function print(name: string, measured: Measured): void {
  const { eventsPerSecond, ackP50Ms, ackP99Ms, cpuSecondsPerMillion, refusedEvents } = measured
  const rate = Math.round(eventsPerSecond).toLocaleString('en').padStart(9)
  const acks = `p50 ${ackP50Ms.toFixed(1).padStart(5)} ms, p99 ${ackP99Ms.toFixed(1).padStart(5)} ms`
  const refused = refusedEvents > 0 ? `, ${refusedEvents} refused` : ''
  console.log(
    `${name.padEnd(28)} ${rate} events/s   ack ${acks}   ${cpuSecondsPerMillion.toFixed(2)} CPU s/million${refused}`,
  )
}
