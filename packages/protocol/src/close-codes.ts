/** Numbers why a socket was closed, for both ends (RFC 6455 leaves 4000–4999 to applications). */

export const closeCodes = {
  normal: 1000,
  /** `ws` and browsers send it on invalid UTF-8; read as `badFrame`. */
  badText: 1007,
  /** `ws` sends it on a frame over its limit; read as `tooLarge`. */
  messageTooBig: 1009,
  /** The collector restarts; come back later. */
  restarting: 1012,
  /** The collector can't commit now; come back later. */
  unavailable: 1013,
  badFrame: 4400,
  unauthorised: 4401,
  /** Origin, host or proof refused. */
  forbidden: 4403,
  noHello: 4408,
  /** A higher `conn` of the same session took over. */
  replaced: 4409,
  tooLarge: 4413,
  tooFast: 4429,
} as const

export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes]
