/** Measures how fast sinks bring a stream that has filled into ClickHouse. */
import { setTimeout as delay } from 'node:timers/promises'
import { metricOf } from './command.ts'
import { costsOf, type Payers, perMillion, usagesOf, whole } from './rates.ts'
import type { RunningCluster } from './running-cluster.ts'

/** @param events that the stream has */
export async function drain(cluster: RunningCluster, sinkCount: number, events: number): Promise<void> {
  const store = await cluster.newStore()
  const sinks = await Promise.all(Array.from({ length: sinkCount }, () => cluster.sink(store)))
  const payers: Payers = {
    sinks: () => sinks.map(({ pid }) => pid),
    NATS: () => cluster.nats.map(({ pid }) => pid),
    ClickHouse: () => [cluster.clickHouse.pid],
  }
  const sumOf = async (metric: string): Promise<number> =>
    (await Promise.all(sinks.map(({ url }) => metricOf(url, metric)))).reduce((sum, one) => sum + one, 0)
  const sunk = () => sumOf('downlink_sink_events_total')
  // From the first partition on: what is stored next is all that it fetched meanwhile, at once.
  while ((await sumOf('downlink_sink_partitions')) === 0) await delay(pollMs)
  const [startedMs, first, before] = [performance.now(), await sunk(), await usagesOf(payers)]
  let done = first
  while (done < events && performance.now() - startedMs < patienceMs) {
    await delay(pollMs)
    done = await sunk()
  }
  const seconds = (performance.now() - startedMs) / 1000
  const after = await usagesOf(payers)
  const rate = `${whole((done - first) / seconds).padStart(10)} events/s`
  const name = `${sinkCount} sink${sinkCount > 1 ? 's' : ''}`.padEnd(20)
  const missing = done < events ? `   ${whole(events - done)} NOT STORED in time` : ''
  console.log(`${name}${rate}   ${costsOf(perMillion(before, after, done - first))} CPU s/million${missing}`)
  await Promise.all(sinks.map((sink) => sink.stop()))
}

const pollMs = 20
const patienceMs = 300_000
