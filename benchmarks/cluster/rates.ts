/** Measures what collectors take: events a second, how long an ack takes, and what that costs whom. */
import type { Ack } from '../ingest/load-session.ts'
import { load, type Order, quantileOf } from '../ingest/measure.ts'
import { type ProcessUsage, usageOf } from './process-usage.ts'

/** Processes whose cost is told together, by the name of the column. */
export type Payers = Readonly<Record<string, () => readonly (number | undefined)[]>>

export interface Rate {
  readonly eventsPerSecond: number
  readonly acks: readonly Ack[]
  /** CPU seconds a million events, by payer. */
  readonly cpu: Readonly<Record<string, number>>
  readonly refusedEvents: number
}

/** @param urls of collectors, as they print them */
export async function measureRate(urls: readonly string[], order: Order, payers: Payers): Promise<Rate> {
  const usages: Readonly<Record<string, ProcessUsage>>[] = []
  const sockets = urls.map((url) => `${url.replace('http', 'ws')}/telemetry`)
  const report = await load(sockets, order, async () => void usages.push(await usagesOf(payers)))
  const [before = {}, after = {}] = usages
  return {
    ...report,
    eventsPerSecond: report.ackedEvents / order.seconds,
    cpu: perMillion(before, after, report.ackedEvents),
  }
}

export async function usagesOf(payers: Payers): Promise<Readonly<Record<string, ProcessUsage>>> {
  const entries = Object.entries(payers).map(async ([name, pids]) => [name, await usageOf(pids())] as const)
  return Object.fromEntries(await Promise.all(entries))
}

/** CPU seconds a million events, by payer. */
export function perMillion(
  before: Readonly<Record<string, ProcessUsage>>,
  after: Readonly<Record<string, ProcessUsage>>,
  events: number,
): Readonly<Record<string, number>> {
  const costs = Object.entries(after).map(([name, { cpuSeconds }]) => {
    return [name, ((cpuSeconds - (before[name]?.cpuSeconds ?? 0)) * 1e6) / events] as const
  })
  return Object.fromEntries(costs)
}

export function printRate(name: string, { eventsPerSecond, acks, cpu, refusedEvents }: Rate): void {
  const [p50, p99] = [0.5, 0.99].map((share) => `${quantileOf(acks, share).toFixed(1)} ms`)
  const refused = refusedEvents > 0 ? `   ${refusedEvents} refused` : ''
  console.log(`${rowOf([name, whole(eventsPerSecond), p50 ?? '', p99 ?? '', costsOf(cpu)])}${refused}`)
}

export const rateHeading = (): string => rowOf(['', 'events/s', 'ack p50', 'p99', 'CPU seconds per million events'])

/** @example 'collectors 4.10 + NATS 3.22 = 7.32' */
export function costsOf(cpu: Readonly<Record<string, number>>): string {
  const costs = Object.entries(cpu)
  const sum = costs.reduce((total, [, cost]) => total + cost, 0)
  const each = costs.map(([name, cost]) => `${name} ${cost.toFixed(2)}`).join(' + ')
  return costs.length > 1 ? `${each} = ${sum.toFixed(2)}` : each
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en')

const widths = [30, 10, 11, 11]

function rowOf([name = '', ...cells]: readonly string[]): string {
  const columns = cells.map((cell, at) =>
    widths[at + 1] === undefined ? `   ${cell}` : cell.padStart(widths[at + 1] ?? 0),
  )
  return name.padEnd(widths[0] ?? 0) + columns.join('')
}
