/** From where reading is allowed at all, before anybody asks for a token. */
import type { FastifyRequest } from 'fastify'
import { createAdmission, isLoopback } from '../ingest/admission.ts'
import type { CollectorSettings } from '../options.ts'

/** Why a request is refused; undefined where it may go on. */
export type ReadAdmission = (request: FastifyRequest) => string | undefined

/** No foreign origin reads, not even one that may send: answers carry no CORS header, and a cookie must not help. */
export function createReadAdmission({ readToken, publicUrl, trustProxy }: CollectorSettings): ReadAdmission {
  const open = readToken === undefined
  const admission = createAdmission({ keys: { required: !open }, origins: [], publicUrl, trustProxy })
  return ({ headers, ip }) => {
    // Mounted in a server that listens beyond loopback: outside a browser a Host header proves nothing.
    if (open && !isLoopback(ip.replace(/^::ffff:/, ''))) return 'Give the collector a read token to read from afar.'
    return admission.refusal(headers)
  }
}
