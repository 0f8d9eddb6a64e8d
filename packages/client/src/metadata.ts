/** Makes what describes a session fit the wire: nothing that a game says of itself is worth its events. */
import { isSessionId, maxSchemaLength, wellFormed } from '@downlink/protocol'
import { maxTextLength } from './constants.ts'
import { textual } from './context.ts'

/** How a session is described; the collector stores it with the session. */
export interface Metadata {
  /** Names the build, in up to 256 characters. @default none */
  readonly build?: string | undefined
  /** Further names of the session, up to 256 characters each; with `build` up to 4,096 bytes as JSON. @default none */
  readonly labels?: Readonly<Record<string, string>> | undefined
  /** Names the event definitions, in up to 128 characters. @default none */
  readonly schema?: string | undefined
  /** Version of the event definitions, stamped on every event: whole, from 1 to 2,147,483,647. @default none */
  readonly version?: number | undefined
  /** For headless runs, 1 to 64 of `A-Za-z0-9._-`. @default one is made, so that two players never share it */
  readonly sessionId?: string | undefined
}

/**
 * Numbers become text, text stays within its length, and what can be neither is left out. Never throws.
 *
 * @param changed is called with the name of whatever does not stay as it is given
 */
export function fitMetadata({ build, labels, schema, sessionId }: Metadata, changed: (name: string) => void): Metadata {
  const keep = <Value>(name: string, given: unknown, fitting: Value): Value => {
    if (given != null && given !== fitting) changed(name)
    return fitting
  }
  const fit = (name: string, given: unknown, maxLength = maxTextLength): string | undefined =>
    keep(name, given, textual.test(typeof given) ? wellFormed(`${given}`.slice(0, maxLength)) : undefined)
  const fitting: Record<string, string | undefined> = {}
  try {
    for (const [name, value] of Object.entries(Object(labels))) fitting[name.slice(0, maxTextLength)] = fit(name, value)
  } catch {
    changed('labels')
  }
  return {
    build: fit('build', build),
    labels: fitting as Metadata['labels'],
    schema: fit('schema', schema, maxSchemaLength),
    sessionId: keep('sessionId', sessionId, isSessionId(sessionId) ? sessionId : undefined),
  }
}
