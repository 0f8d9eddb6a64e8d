/** Deals faults of a cluster to whoever asks over HTTP on loopback: `downlink verify` does by deal-fault.mjs. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { WholeCluster } from './whole-cluster.ts'

export interface FaultControl {
  /** What `--on-fault` is given. */
  readonly onFault: string
  close(): void
}

/** @param onDealt hears of each how long it took */
export async function openFaultControl(
  { deal }: Pick<WholeCluster, 'deal'>,
  onDealt: (fault: string, tookMs: number) => void = () => {},
): Promise<FaultControl> {
  const server = createServer((request, response) => {
    const [, fault = '', target = ''] = request.url?.split('/') ?? []
    const beganAtMs = performance.now()
    deal(fault, target).then(
      () => {
        onDealt(`${fault} ${target}`, performance.now() - beganAtMs)
        response.end()
      },
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const program = [process.execPath, join(import.meta.dirname, 'deal-fault.mjs'), url]
  return { onFault: JSON.stringify(program), close: () => void server.close() }
}
