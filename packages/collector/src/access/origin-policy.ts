/** Decides by host and origin who may ask at all, before a byte of a body is read. */
import type { IncomingMessage } from 'node:http'
import type { Keys } from './keys.ts'
import type { Origins } from './origins.ts'
import type { Proxies } from './proxies.ts'

export interface OriginPolicy {
  /** Why a request is refused; undefined where it may go on. */
  refusal(request: IncomingMessage): string | undefined
  /** May a page of this origin read the answer? */
  allowsOrigin(origin: string, request: IncomingMessage): boolean
}

export interface OriginPolicyOptions {
  readonly keys: Pick<Keys, 'required'>
  readonly origins: Origins
  readonly publicUrl: URL | undefined
  readonly proxies: Pick<Proxies, 'hostOf'>
  /** Pages of this machine, such as a game's dev server, count as listed while no key is asked for. @default false */
  readonly localPages?: boolean
}

export function createOriginPolicy(options: OriginPolicyOptions): OriginPolicy {
  const { keys, origins, publicUrl, proxies, localPages = false } = options
  const originPolicy: OriginPolicy = {
    refusal(request) {
      const host = proxies.hostOf(request)
      // Any page can make a browser resolve its own name to 127.0.0.1 (DNS rebinding); it can't fake the Host header.
      if (!keys.required && !isLoopback(host) && !isHostOf(publicUrl, host)) {
        return `Expected a loopback host, got "${host.slice(0, 40)}". Give the collector a key.`
      }
      const { origin } = request.headers
      return origin === undefined || originPolicy.allowsOrigin(origin, request)
        ? undefined
        : `Expected an allowed origin, got "${origin.slice(0, 40)}". ${adviceOn(origin)}`
    },

    allowsOrigin(origin, request) {
      if (origins.include(origin) || origin === publicUrl?.origin) return true
      const page = /^https?:/.test(origin) && URL.canParse(origin) ? new URL(origin) : undefined
      if (page?.origin !== origin) return false
      const host = proxies.hostOf(request)
      // The page's scheme may be another than ours, for a proxy may have ended TLS.
      return isHostOf(page, host) || (localPages && !keys.required && isOfThisMachine(page) && isLoopback(host))
    },
  }
  return originPolicy
}

/** A page that is a file, or in a sandboxed frame, has no origin of its own. */
const adviceOn = (origin: string): string =>
  /^(null$|file:)/i.test(origin)
    ? 'Pages of file:// and of sandboxed frames are allowed with --origin null.'
    : 'Allow it with --origin.'

/** Does a Host header name the host of a URL? Either may leave out the port that goes without saying. */
function isHostOf(url: URL | undefined, host: string): boolean {
  const called = `${url?.protocol}//${host}`
  return !/[^\w.:[\]-]/.test(host) && URL.canParse(called) && new URL(called).host === url?.host
}

/** Python's file server, for one, names itself `http://0.0.0.0:8000/`. */
const isOfThisMachine = (page: URL): boolean => isLoopback(page.host) || page.hostname === '0.0.0.0'

/** @param host a Host header, or an address to listen on */
export function isLoopback(host: string): boolean {
  const name = /^[^:]*:\d*$|\]:\d*$/.test(host) ? host.slice(0, host.lastIndexOf(':')) : host
  return name === 'localhost' || name === '[::1]' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name)
}
