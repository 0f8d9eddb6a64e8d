/** Puts a server under a load, and prints what came of it: one line of `../ingest.ts`. */
import { on } from 'node:events'
import type { LoadMessage, LoadOrder, LoadReport } from './load.ts'
import type { Ack } from './load-session.ts'
import { forkTypeScript, type ServerProcess, type Usage } from './server-process.ts'

const batchSize = 50

export interface Order extends Omit<LoadOrder, 'urls' | 'batchSize' | 'seconds'> {
  readonly seconds: number
}

export interface Measured extends LoadReport {
  readonly eventsPerSecond: number
  readonly cpuSecondsPerMillion: number
  readonly residentMb: number
}

export async function measure(name: string, server: ServerProcess, order: Order): Promise<Measured> {
  const usages: Usage[] = []
  const report = await load([server.url], order, async () => void usages.push(await server.usage()))
  const measured = measuredOf(report, usages, order.seconds)
  print(name, measured)
  return measured
}

/** Loads a server for as long as some work takes. */
export async function measureBeside(
  server: ServerProcess,
  order: Omit<Order, 'seconds'>,
  work: () => Promise<void>,
): Promise<LoadReport> {
  return load([server.url], order, async (phase, end) => {
    if (phase === 'begun') void work().finally(end)
  })
}

/**
 * Sends from a process of its own.
 *
 * @param urls of servers, among which the sessions are spread
 * @param onPhase called when measuring begins, and when it ends
 */
export async function load(
  urls: readonly string[],
  order: Omit<LoadOrder, 'urls' | 'batchSize'>,
  onPhase: (phase: 'begun' | 'ended', end: () => void) => Promise<void>,
): Promise<LoadReport> {
  const child = forkTypeScript('load.ts')
  const exit = new AbortController()
  child.once('exit', (code) => exit.abort(new Error(`The load ended with ${code}`)))
  child.send({ ...order, urls, batchSize } satisfies LoadOrder)
  for await (const [message] of on(child, 'message', { signal: exit.signal }) as AsyncIterable<[LoadMessage]>) {
    if (message.kind === 'report') {
      child.kill()
      return message.report
    }
    await onPhase(message.kind, () => child.send('end'))
  }
  throw new Error('Expected a report of the load')
}

export function quantileOf(acks: readonly Ack[], share: number): number {
  const sorted = acks.map(({ afterMs }) => afterMs).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN
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
  const { eventsPerSecond, acks, cpuSecondsPerMillion, refusedEvents } = measured
  const rate = Math.round(eventsPerSecond).toLocaleString('en').padStart(9)
  const refused = refusedEvents > 0 ? `, ${refusedEvents} refused` : ''
  console.log(
    `${name.padEnd(28)} ${rate} events/s   ack ${ackTimes(acks)}   ${cpuSecondsPerMillion.toFixed(2)} CPU s/million${refused}`,
  )
}

export const ackTimes = (acks: readonly Ack[]): string =>
  [0.5, 0.99].map((share) => `p${share * 100} ${quantileOf(acks, share).toFixed(1).padStart(5)} ms`).join(', ')
