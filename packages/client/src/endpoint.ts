/** Resolves where the collector listens: one address for the socket and for what is posted when the page is left. */
import { telemetryPath } from '@downlink/protocol'

/**
 * @param url absolute, or relative to the page; without a path it means `/telemetry`
 * @param pageUrl the page's own location: its `<base>` may lead to a CDN
 * @returns it by `ws` or `wss`
 * @throws {TypeError} where that makes no URL
 */
export function resolveEndpoint(url: string | undefined, pageUrl: string | undefined): string {
  const resolved = new URL(url?.trim() || telemetryPath, pageUrl)
  if (resolved.pathname === '/') resolved.pathname = telemetryPath
  // No address of a socket may have one, while what is posted may.
  resolved.hash = ''
  return resolved.href.replace(/^http/, 'ws')
}
