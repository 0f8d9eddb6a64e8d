/** Exports what needs Node: artifacts as files, and their way to CI. */

export {
  type AtomicWriteOptions,
  type FileContent,
  isDraft,
  type OpenFile,
  type TextFileSystem,
  writeAtomically,
} from './node/atomic-file.ts'
export { fileError, folderError, systemCode } from './node/file-errors.ts'
export {
  FileSystemTelemetryWriter,
  type FileSystemWriterOptions,
  fileSystemWriterDefaults,
} from './node/file-system-telemetry-writer.ts'
export { makeFolder } from './node/make-folder.ts'
export { createNodeAdapter, type NodeAdapterOptions } from './node/node-adapter.ts'
export { CiArtifactPublisher } from './node/publish/ci-artifact-publisher.ts'
export type { Argv, Command, CommandOutcome, CommandRunner } from './node/publish/command-runner.ts'
export { type ReadCommands, readCommands } from './node/publish/commands.ts'
export type { ProviderOutput, PublishFileSystem, PublishLogger, Variables } from './node/publish/environment.ts'
export type { Manifest, MissingFile } from './node/publish/manifest.ts'
export { type CiArtifactPublisherOptions, ciArtifactPublisherDefaults } from './node/publish/options.ts'
export type { PresentFile } from './node/publish/provider.ts'
export { createRedact, type Redact, secretArguments } from './node/publish/redact.ts'
export { printable, printableJson, printableLine } from './printable.ts'
