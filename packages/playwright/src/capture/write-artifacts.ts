/** Hands artifacts to an adapter. Whatever it does, there are metrics in time, and the bus hears of it once. */

import { type EventPort, type ExportContext, type ExportMetrics, withTimeout } from '@downlink/artifacts'
import { messageOf } from '@downlink/protocol'
import type { PageArtifact } from './read-export.ts'

/** A `TelemetryArtifactWriterAdapter` fits. */
export interface AdapterPort {
  writeArtifacts(artifacts: readonly PageArtifact[], context: ExportContext): Promise<ExportMetrics>
}

/** Never rejects. */
export async function writeArtifacts(
  adapter: AdapterPort,
  artifacts: readonly PageArtifact[],
  context: ExportContext,
  timeoutMs: number,
): Promise<ExportMetrics> {
  try {
    const metrics = await withTimeout(
      () => adapter.writeArtifacts(artifacts, context),
      timeoutMs,
      () => failedMetrics(artifacts, `The adapter was not done within ${timeoutMs} ms`),
    )
    if (Array.isArray(metrics?.written) && Array.isArray(metrics.failures)) return metrics
    return failedMetrics(artifacts, 'Expected the adapter to resolve to its metrics')
  } catch (error) {
    return failedMetrics(artifacts, messageOf(error))
  }
}

/**
 * The same for an adapter that somebody else made. It may tell this very bus by itself, which shows by the context;
 * where it does not, it is told here.
 */
export async function writeAndNotify(
  adapter: AdapterPort,
  artifacts: readonly PageArtifact[],
  context: ExportContext,
  eventBus: EventPort & { on?(event: string, listener: (payload: unknown) => void): unknown },
  timeoutMs: number,
): Promise<ExportMetrics> {
  let hasNotified = false
  const unsubscribe = eventBus.on?.('telemetry:*', (payload) => {
    hasNotified ||= (payload as { context?: unknown } | undefined)?.context === context
  })
  const metrics = await writeArtifacts(adapter, artifacts, context, timeoutMs)
  if (typeof unsubscribe === 'function') unsubscribe()
  if (hasNotified) return metrics
  try {
    for (const failure of metrics.failures) eventBus.emit('telemetry:artifact_failed', { ...failure, context })
    if (metrics.written.length > 0) eventBus.emit('telemetry:artifacts_written', { ...metrics, context })
  } catch {
    // A bus that throws is not worth an export.
  }
  return metrics
}

function failedMetrics(artifacts: readonly PageArtifact[], message: string): ExportMetrics {
  const failures = artifacts.map(({ section, filename }) => ({
    writer: 'adapter',
    section,
    filename,
    code: 'write_failed' as const,
    message,
    cause: message,
  }))
  return { attempted: artifacts.length, written: [], failures, writerSummaries: [], durationMs: 0 }
}
