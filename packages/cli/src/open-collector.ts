/** Starts a collector on a port, or on one of the next where that is taken. */
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
      if (!isPortTaken(error) || candidate === port + attempts - 1) throw error
    }
  }
}

function isPortTaken(error: unknown): boolean {
  const { code, cause } = error as NodeJS.ErrnoException
  return code === 'EADDRINUSE' || (cause !== undefined && isPortTaken(cause))
}
