/** Decides by host, origin and address who may ask for data at all. */
import type { IncomingMessage } from 'node:http'
import { createOriginPolicy, isLoopback } from '../access/origin-policy.ts'
import { readOrigins } from '../access/origins.ts'
import { readAddress } from '../access/proxies.ts'
import type { CollectorSettings } from '../settings.ts'

/** Why a request is refused; undefined where it may go on. */
export interface ReadOriginPolicy {
  refusal(request: IncomingMessage): string | undefined
  /** The same of a request for data, which is refused to browsers that ask in the name of a page elsewhere. */
  dataRefusal(request: IncomingMessage): string | undefined
}

/** No foreign origin reads, not even one that may send: answers carry no CORS header, and a cookie must not help. */
export function createReadOriginPolicy({
  readToken,
  signedTokens,
  publicUrl,
  proxies,
}: CollectorSettings): ReadOriginPolicy {
  const open = readToken === undefined && !signedTokens.enabled
  const { refusal } = createOriginPolicy({ keys: { required: !open }, origins: readOrigins([]), publicUrl, proxies })
  return {
    refusal: (request) => (open && isFromAfar(request) ? fromAfar : refusal(request)),
    dataRefusal: ({ headers }) => (isForElsewhere(headers['sec-fetch-site']) ? forElsewhere : undefined),
  }
}

/**
 * A browser tells for whom it asks (W3C, Fetch Metadata): an image or a link of another page comes without an Origin.
 * `same-site` is another page, too: on this host at another port, or on a host beside it.
 */
const isForElsewhere = (site: string | readonly string[] | undefined): boolean =>
  site !== undefined && site !== 'same-origin' && site !== 'none'

const forElsewhere = "Expected the collector's own page, or no page at all, got a request of another page."
const fromAfar = 'Give the collector a read token to read it from afar, or through a proxy.'

/** Outside a browser a Host header proves nothing, and behind a proxy the address is the proxy's. */
function isFromAfar({ headers, socket }: IncomingMessage): boolean {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined
  return isForwarded || !isLoopback(readAddress(socket.remoteAddress ?? '') ?? '')
}
