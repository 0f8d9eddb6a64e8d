/** Makes what describes a session fit the wire: nothing that a game says of itself is worth its events. */
import { isSessionId, maxSchemaLength } from '@downlink/protocol'
import { maxTextLength } from './constants.ts'
import { fitValue, merge } from './context.ts'

/** How a session is described; the collector stores it with the session. */
export interface Metadata {
  /** Names the build, in up to 256 characters; a number becomes text. @default none */
  readonly build?: string | number | undefined
  /**
   * Further names of the session, up to 256 characters each, which numbers and booleans become; with `build` up to 4,096 bytes
   * as JSON. @default none
   */
  readonly labels?: Readonly<Record<string, string | number | boolean>> | undefined
  /** Names the event definitions, in up to 128 characters. @default none */
  readonly schema?: string | undefined
  /** Version of the event definitions, stamped on every event: whole, from 1 to 2,147,483,647. @default none */
  readonly version?: number | undefined
  /** For headless runs, 1 to 64 of `A-Za-z0-9._-`. @default one is made, so that two players never share it */
  readonly sessionId?: string | undefined
}

/** As it goes out: all of it is text. */
export interface FittingMetadata {
  readonly build: string | undefined
  readonly labels: Readonly<Record<string, string>> | undefined
  readonly schema: string | undefined
  readonly sessionId: string | undefined
}

/** Text, which numbers become, within its length. Undefined where it can be none. */
export const fitText = (value: unknown): string | undefined => fitValue(value)?.toString().slice(0, maxTextLength)

/** What can be no text is left out. Never throws. */
export const fitMetadata = (metadata: Metadata): FittingMetadata => ({
  build: fitText(metadata.build),
  labels: merge({}, 'labels', metadata.labels, fitText).labels as FittingMetadata['labels'],
  schema: fitText(metadata.schema)?.slice(0, maxSchemaLength),
  sessionId: isSessionId(metadata.sessionId) ? metadata.sessionId : undefined,
})
