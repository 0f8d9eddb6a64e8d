/** Names the client's numbers that no option changes. Imports nothing, so that a bundler writes them where they are used. */

/** The longest pause that a collector may ask for, in milliseconds: more is a mistake, or no collector. */
export const maxSlowMs = 600_000

/** A batch that takes the link down with it so often is halved. */
export const lossesToHalve = 3

/** At most, in bytes: the fields around the elements of a batch. */
export const headBytes = 256

/** At most, in bytes: a drop with all its reasons. */
export const dropBytes = 128

/** `subscribe` calls its listener at most so often, in milliseconds. */
export const notifyIntervalMs = 100

/** How long `flush` waits unless told, in milliseconds. */
export const flushTimeoutMs = 5000

/** The longest delay of a timer, in milliseconds: above it a browser's runs at once. */
export const maxDelayMs = 2_147_483_647

/** Characters of a build, or of a label's name or value. */
export const maxTextLength = 256

/** What a WebSocket is closed with that has done its work (RFC 6455, 7.4.1: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1). */
export const closedNormally = 1000

/** What a WebSocket reports that was lost or refused. */
export const closedAbnormally = 1006
