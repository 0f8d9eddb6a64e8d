/** Tells in the log, once, that a proxy was not believed: its operator sees one sender where there are many. */
import type { FastifyBaseLogger } from 'fastify'
import type { Proxies } from './proxies.ts'

export function warnOfProxies(proxies: Proxies, log: Pick<FastifyBaseLogger, 'warn'>): Proxies {
  let told = false
  return {
    ...proxies,
    senderOf(request) {
      if (!told && request.headers['x-forwarded-for'] !== undefined && !proxies.believes(request)) {
        told = true
        log.warn(
          'X-Forwarded-For came from an address that is no trusted proxy, and was not believed: whoever comes that way counts as one sender. Where it is a proxy of yours, name it with --trust-proxy.',
        )
      }
      return proxies.senderOf(request)
    },
  }
}
