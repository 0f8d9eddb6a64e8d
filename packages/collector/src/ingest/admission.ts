/** Who may send at all: judged by host and origin, before a byte of a body is read. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Keys } from './keys.ts'

export interface Admission {
  /** Why a request is refused; undefined where it may go on. */
  refusal(headers: IncomingHttpHeaders): string | undefined
  /** May a page of this origin read the answer? */
  allowsOrigin(origin: string, headers: IncomingHttpHeaders): boolean
}

export interface AdmissionOptions {
  readonly keys: Pick<Keys, 'required'>
  readonly origins: readonly string[]
  readonly publicUrl: URL | undefined
  readonly trustProxy: boolean
  /** Pages of this machine, such as a game's dev server, count as listed while no key is asked for. @default false */
  readonly localPages?: boolean
}

export function createAdmission(options: AdmissionOptions): Admission {
  const { keys, origins, publicUrl, trustProxy, localPages = false } = options
  const admission: Admission = {
    refusal(headers) {
      const host = hostOf(headers)
      // Any page can make a browser resolve its own name to 127.0.0.1 (DNS rebinding); it can't fake the Host header.
      if (!keys.required && !isLoopback(host) && host !== publicUrl?.host) {
        return `Expected a loopback host, got "${host}". Give the collector a key.`
      }
      const { origin } = headers
      return origin === undefined || admission.allowsOrigin(origin, headers)
        ? undefined
        : `Expected an allowed origin, got "${origin.slice(0, 40)}". Allow it with --origin.`
    },

    allowsOrigin(origin, headers) {
      if (origins.includes(origin) || origins.includes('*') || origin === publicUrl?.origin) return true
      // The scheme may differ, for a proxy may have ended TLS.
      const page = origin.replace(/^https?:\/\//, '')
      const host = hostOf(headers)
      return page === host || (localPages && !keys.required && isLoopback(page) && isLoopback(host))
    },
  }
  return admission

  function hostOf(headers: IncomingHttpHeaders): string {
    const forwarded = trustProxy ? headers['x-forwarded-host'] : undefined
    return String(forwarded ?? headers.host ?? '').toLowerCase()
  }
}

/** @param host a Host header, or an address to listen on */
export function isLoopback(host: string): boolean {
  const name = /^[^:]*:\d*$|\]:\d*$/.test(host) ? host.slice(0, host.lastIndexOf(':')) : host
  return name === 'localhost' || name === '[::1]' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
}

/** The key that a request carries itself: in a header, or in the URL where a browser can set none. */
export function requestKey(headers: IncomingHttpHeaders, url: string): string | undefined {
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')
  return bearer?.[1] ?? new URL(url, 'http://localhost').searchParams.get('key') ?? undefined
}
