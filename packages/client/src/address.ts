/** Resolves the address of the collector: one, for the socket and for what is posted when the page is left. */
import { telemetryPath } from '@downlink/protocol'
import type { TelemetrySettings } from './options.ts'
import type { Environment } from './ports.ts'

/**
 * The URL is absolute, or relative to the page's own location, for its `<base>` may lead to a CDN; without a path it means
 * `/telemetry`.
 *
 * @returns it by `ws` or `wss`
 * @throws {TypeError} where that makes no URL
 */
export function resolveAddress(settings: TelemetrySettings, environment: Environment): string {
  const resolved = new URL(settings.url?.trim() || telemetryPath, environment.pageUrl)
  if (resolved.pathname === '/') resolved.pathname = telemetryPath
  // No address of a socket may have one, while what is posted may.
  resolved.hash = ''
  return resolved.href.replace(/^http/, 'ws')
}
