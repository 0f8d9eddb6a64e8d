/** Where a request comes from: only to count by, never stored. */
import type { IncomingMessage } from 'node:http'

export type AddressOf = (request: IncomingMessage) => string

/** @param trustProxy believe `X-Forwarded-For`, whose first address is the sender's */
export const createAddressOf =
  (trustProxy: boolean): AddressOf =>
  ({ headers, socket }) => {
    const forwarded = trustProxy
      ? String(headers['x-forwarded-for'] ?? '')
          .split(',', 1)[0]
          ?.trim()
      : undefined
    return forwarded || (socket.remoteAddress ?? '')
  }
