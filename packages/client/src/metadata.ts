/** Makes what describes a session fit the wire: nothing that a game says of itself is worth its events. */
import { isCount, isSessionId, jsonValue, maxSchemaLength, wellFormed } from '@downlink/protocol'

/** How a session is described; the collector stores it with the session. */
export interface Metadata {
  /** Names the build. Up to 256 characters. */
  readonly build?: string | undefined
  /** Further names of the session, up to 256 characters each; with `build` up to 4 KiB as JSON. */
  readonly labels?: Readonly<Record<string, string>> | undefined
  /** Names the event definitions. Up to 128 characters. */
  readonly schema?: string | undefined
  /** Version of the event definitions, stamped on every event: whole, from 1 up. */
  readonly version?: number | undefined
  /** For headless runs, 1 to 64 of `A-Za-z0-9._-`. A live session's id is made, so that two players never share one. */
  readonly sessionId?: string | undefined
}

const maxTextLength = 256
/** The collector keeps it in 32 bits. */
const maxVersion = 0x7fffffff

/**
 * Text stays within its length, and numbers become text; what can't, the collector leaves out, and tells.
 *
 * @param changed is called with the name of whatever does not stay as it is given
 */
export function fitMetadata(
  { build, labels, schema, version, sessionId }: Metadata,
  changed: (name: string) => void,
): Metadata {
  const fit = (name: string, value: unknown): unknown => {
    if (typeof value === 'object') return value
    const fitting = wellFormed(`${value}`.slice(0, name === 'schema' ? maxSchemaLength : maxTextLength))
    if (fitting !== value) changed(name)
    return fitting
  }
  const check = (name: string, value: unknown, isRight: boolean): unknown => {
    if (isRight) return value
    if (value != null) changed(name)
    return undefined
  }
  return {
    ...JSON.parse(JSON.stringify(jsonValue({ build, labels, schema })), fit),
    version: check('version', version, isCount(version, 1) && version <= maxVersion),
    sessionId: check('sessionId', sessionId, isSessionId(sessionId)),
  }
}
