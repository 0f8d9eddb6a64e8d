/** Runs in a frame of the site: plays network and collector there, and tells the page around it what goes on. */
import type { Telemetry } from '@downlink/client'
import type { FrameMessage, PageMessage } from './messages.ts'
import { createPageCollector } from './page-collector.ts'
import { installPageNetwork } from './page-network.ts'

// The frame is sandboxed, and so of no origin; what it tells is no secret.
export const tell = (message: FrameMessage): void => parent.postMessage(message, '*')

/** Calls back for what the page says, and nobody else. */
export function listen(listener: (message: PageMessage) => void): void {
  addEventListener('message', ({ source, data }: MessageEvent<PageMessage>) => {
    if (source === parent) listener(data)
  })
}

/** Tells how a telemetry is, from now on. */
export function watch(telemetry: Pick<Telemetry, 'status' | 'stats' | 'subscribe'>): void {
  telemetry.subscribe(() => tell({ kind: 'stats', link: telemetry.status().status, stats: telemetry.stats() }))
}

const collector = createPageCollector((batch) => tell({ kind: 'arrived', batch }), Date.now)
const network = installPageNetwork(globalThis, collector)
listen((message) => {
  if (message.kind === 'network') network.setUp(message.up)
})
addEventListener('error', ({ message }) => tell({ kind: 'printed', level: 'error', text: message }))
addEventListener('unhandledrejection', ({ reason }) => tell({ kind: 'printed', level: 'error', text: String(reason) }))
tell({ kind: 'ready' })
