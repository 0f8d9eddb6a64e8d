/** Resolves writers, in whatever form they were given, to objects with an id each. */

import { kindOf } from '@downlink/protocol'
import type { AdapterOptions } from './adapter-options.ts'
import { type Artifact, freeName } from './artifact.ts'
import { ArtifactError, expectList } from './errors.ts'
import { MemoryTelemetryWriter } from './memory-telemetry-writer.ts'
import type { TelemetryArtifactWriter, WriteContext, WriterConfig, WriterFunction, WriterReceipt } from './writer.ts'

/** A writer of any kind, and a name for it that no other writer of the adapter has. */
export interface NamedWriter {
  readonly id: string
  write(artifact: Artifact, context: WriteContext): WriterReceipt | PromiseLike<WriterReceipt>
}

/** @throws {ArtifactError} `bad_option`, `unknown_writer` */
export function resolveWriters({ writers, resolveWriter }: AdapterOptions): NamedWriter[] {
  expectList('writers', writers)
  const taken = new Set<string>()
  return writers.map((given, at) => {
    const { id, write } = resolve(given, at)
    return { id: freeName(id, taken), write }
  })

  function resolve(given: TelemetryArtifactWriter | WriterFunction | WriterConfig, at: number): NamedWriter {
    // An adapter is both.
    if (isWriter(given)) return { id: idOf(given, at), write: (artifact, context) => given.write(artifact, context) }
    if (typeof given === 'function') return { id: given.name || `writer-${at + 1}`, write: given as WriterFunction }
    if (typeof given === 'object' && given !== null) {
      const made = resolveWriter?.(given) ?? (given.memory === true ? new MemoryTelemetryWriter() : undefined)
      if (made) return resolve(made, at)
    }
    throw new ArtifactError('unknown_writer', `Expected \`writers[${at}]\` to be ${expected}, got ${describe(given)}`)
  }
}

const expected =
  'an object with `write`, a function, `{ memory: true }`, or a config that `resolveWriter` knows (createNodeAdapter of @downlink/artifacts/node knows `{ artifactRoot }`)'

const isWriter = (given: unknown): given is TelemetryArtifactWriter =>
  (typeof given === 'object' || typeof given === 'function') &&
  given !== null &&
  'write' in given &&
  typeof given.write === 'function'

const idOf = ({ id }: TelemetryArtifactWriter, at: number): string =>
  typeof id === 'string' && id !== '' ? id : `writer-${at + 1}`

function describe(given: unknown): string {
  const keys = typeof given === 'object' && given !== null ? Object.keys(given) : []
  return keys.length === 0 ? kindOf(given) : `{ ${keys.join(', ')} }`
}
