/** The adapter as Node has it: configs name folders and CI, and become writers and a publisher. */
import type { AdapterOptions, WriterConfig } from '../adapter-options.ts'
import { TelemetryArtifactWriterAdapter } from '../telemetry-artifact-writer-adapter.ts'
import type { TelemetryArtifactWriter } from '../writer.ts'
import { FileSystemTelemetryWriter, type FileSystemWriterOptions } from './file-system-telemetry-writer.ts'

/**
 * An adapter that knows `{ artifactRoot, compress }`; without `writers` it writes to `./telemetry-artifacts`.
 * @example createNodeAdapter({ writers: [{ artifactRoot: './out', compress: 'gzip' }, { memory: true }] })
 */
export function createNodeAdapter(options: Partial<AdapterOptions> = {}): TelemetryArtifactWriterAdapter {
  const { writers = [{ artifactRoot: undefined }], resolveWriter } = options
  return new TelemetryArtifactWriterAdapter({
    ...options,
    writers,
    resolveWriter: (config) => resolveWriter?.(config) ?? fileWriter(config, options),
  })
}

function fileWriter(config: WriterConfig, { logger }: Partial<AdapterOptions>): TelemetryArtifactWriter | undefined {
  return 'artifactRoot' in config
    ? new FileSystemTelemetryWriter({ logger, ...(config as FileSystemWriterOptions) })
    : undefined
}
