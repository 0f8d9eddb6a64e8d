/** The addresses of the ready line: such as can be called, which those that were listened on need not be. */
import type { Listening } from '@downlink/collector'
import { telemetryPath } from '@downlink/protocol'

/** By `--host` where that stands for every address of the machine. */
const loopbackOf: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '[::]': '[::1]' }

/**
 * From outside by the public URL, if there is one; else at least from this machine.
 *
 * @example reachable(listening, 'https://telemetry.example').telemetry // 'wss://telemetry.example/telemetry'
 */
export function reachable(listening: Listening, publicUrl: string | undefined): Listening {
  const address = new URL(publicUrl ?? listening.url)
  if (publicUrl === undefined) address.hostname = loopbackOf[address.hostname] ?? address.hostname
  const url = `${address.origin}${address.pathname.replace(/\/+$/, '')}`
  return { ...listening, url, telemetry: `${url.replace(/^http/, 'ws')}${telemetryPath}` }
}
