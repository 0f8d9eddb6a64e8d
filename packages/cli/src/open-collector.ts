/** Starts a collector on a port, or on one of the next where that is of no use. */
import { type Collector, type CollectorOptions, createCollector } from '@downlink/collector'

export interface OpenCollector {
  readonly collector: Collector
  readonly url: string
  readonly telemetry: string
  readonly data: string
}

const attempts = 20

/** @throws {CollectorError} as `listen` does; `cannot_listen` only after twenty ports in a row */
export async function openCollector(options: CollectorOptions, port: number): Promise<OpenCollector> {
  for (let candidate = port; ; candidate += 1) {
    const collector = createCollector(options)
    try {
      return { collector, ...(await collector.listen({ port: candidate })) }
    } catch (error) {
      await collector.close()
      if (!isOfThePort(error) || candidate === port + attempts - 1) throw error
    }
  }
}

/** Taken, or one that no browser connects to. */
function isOfThePort(error: unknown): boolean {
  const { code = '', cause } = error as NodeJS.ErrnoException
  return code === 'EADDRINUSE' || code === 'BLOCKED_PORT' || (cause !== undefined && isOfThePort(cause))
}
