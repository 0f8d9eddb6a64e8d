/** Creates the adapter for Node: configs name folders and CI, and become writers and a publisher. */

import type { AdapterOptions } from '../adapter-options.ts'
import { ArtifactError, expectList, expectObject } from '../errors.ts'
import type { ArtifactPublisher } from '../publish-result.ts'
import { TelemetryArtifactWriterAdapter } from '../telemetry-artifact-writer-adapter.ts'
import type { TelemetryArtifactWriter, WriterConfig } from '../writer.ts'
import { FileSystemTelemetryWriter, type FileSystemWriterOptions } from './file-system-telemetry-writer.ts'
import { CiArtifactPublisher } from './publish/ci-artifact-publisher.ts'
import { nodeEnvironment, type Variables } from './publish/environment.ts'
import type { CiArtifactPublisherOptions } from './publish/options.ts'

export interface NodeAdapterOptions extends Omit<AdapterOptions, 'writers'> {
  /**
   * Besides writers, functions and `{ memory: true }`: `{ artifactRoot, compress, id }` for a folder, and once
   * `{ ci: true }` or `{ ci: { metadataPath, … } }`, which makes the publisher.
   * @default a folder: what `TELEMETRY_EXPORT_DIR` names, else `./telemetry-artifacts`
   */
  readonly writers?: AdapterOptions['writers'] | undefined
  /** Environment variables. @default those of the process */
  readonly variables?: Variables | undefined
}

/**
 * @example createNodeAdapter({ writers: [{ artifactRoot: './out', compress: 'gzip' }, { ci: true }] })
 * @throws {ArtifactError} `bad_option`, `unknown_writer`
 */
export function createNodeAdapter(options: NodeAdapterOptions = {}): TelemetryArtifactWriterAdapter {
  expectObject('options', options)
  const variables = options.variables ?? nodeEnvironment().variables
  const given = options.writers ?? [{ artifactRoot: variables.TELEMETRY_EXPORT_DIR || undefined }]
  expectList('writers', given)
  const ofCi = (given as readonly unknown[]).filter(isCi).map((config) => ciPublisher(config, options))
  const publishers = options.publisher ? [options.publisher, ...ofCi] : ofCi
  if (publishers.length > 1) {
    throw new ArtifactError('bad_option', `Expected one publisher at most, got ${publishers.length}`)
  }
  return new TelemetryArtifactWriterAdapter({
    ...options,
    writers: given.filter((writer) => !isCi(writer)),
    publisher: publishers[0],
    resolveWriter: (config) => options.resolveWriter?.(config) ?? fileWriter(config, options),
  })
}

function fileWriter(config: WriterConfig, { logger }: NodeAdapterOptions): TelemetryArtifactWriter | undefined {
  if (!('artifactRoot' in config)) return undefined
  return new FileSystemTelemetryWriter({ logger, ...(config as FileSystemWriterOptions) })
}

interface CiConfig {
  readonly ci: true | CiArtifactPublisherOptions
}

/** A writer of somebody else's may well have a field of this name. */
function isCi(given: unknown): given is CiConfig {
  if (typeof given !== 'object' || given === null || 'write' in given || !('ci' in given)) return false
  return given.ci === true || (typeof given.ci === 'object' && given.ci !== null)
}

function ciPublisher({ ci }: CiConfig, { eventBus, variables }: NodeAdapterOptions): ArtifactPublisher {
  return new CiArtifactPublisher({
    ...(eventBus && { eventBus }),
    ...(variables && { variables }),
    ...(ci === true ? {} : ci),
  })
}
