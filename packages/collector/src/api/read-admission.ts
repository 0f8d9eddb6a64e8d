/** From where reading is allowed at all, before anybody asks for a token. */
import type { IncomingMessage } from 'node:http'
import { readAddress } from '../access/address.ts'
import { readOrigins } from '../access/origins.ts'
import { createAdmission, isLoopback } from '../ingest/admission.ts'
import type { CollectorSettings } from '../options.ts'

/** Why a request is refused; undefined where it may go on. */
export type ReadAdmission = (request: IncomingMessage) => string | undefined

/** No foreign origin reads, not even one that may send: answers carry no CORS header, and a cookie must not help. */
export function createReadAdmission({ readToken, publicUrl, proxies }: CollectorSettings): ReadAdmission {
  const open = readToken === undefined
  const admission = createAdmission({ keys: { required: !open }, origins: readOrigins([]), publicUrl, proxies })
  return (request) => (open && isFromAfar(request) ? fromAfar : admission.refusal(request))
}

const fromAfar = 'Give the collector a read token to read it from afar, or through a proxy.'

/** Outside a browser a Host header proves nothing, and behind a proxy the address is the proxy's. */
function isFromAfar({ headers, socket }: IncomingMessage): boolean {
  const isForwarded = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined
  return isForwarded || !isLoopback(readAddress(socket.remoteAddress ?? '') ?? '')
}
