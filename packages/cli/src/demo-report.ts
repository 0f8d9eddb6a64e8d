/** Sums up a demo in figures. The client counts one side, the collector's ledger the other; none is worked out from another. */
import type { Telemetry } from '@downlink/client'
import type { Ledger } from '@downlink/collector'

/** The line of JSON at the end of a demo. */
export interface DemoReport {
  /** By the client: sequences given out. */
  readonly pushed: number
  /** By the client: committed, by the collector's acks. */
  readonly acked: number
  /** By the ledger, as all that follow. */
  readonly stored: number
  readonly dropped: number
  readonly rejected: number
  readonly missing: number
  readonly sessionId: string
}

/** @param ledger none where the collector has never heard of the session */
export function demoReport(telemetry: Telemetry, ledger: Ledger | undefined): DemoReport {
  const { pushed, acked } = telemetry.stats()
  return {
    pushed,
    acked,
    stored: ledger?.stored ?? 0,
    dropped: total(ledger?.dropped ?? {}),
    rejected: total(ledger?.rejected ?? {}),
    missing: ledger?.missing ?? 0,
    sessionId: telemetry.sessionId,
  }
}

/** Whether both ends agree on every event. */
export const isBalanced = ({ pushed, stored, dropped, rejected, missing }: DemoReport): boolean =>
  missing === 0 && pushed === stored + dropped + rejected

/** `pushed 1,204  acked 1,150  stored 1,150  dropped 0  link open` */
export function statusText(telemetry: Telemetry, ledger: Ledger | undefined): string {
  const { pushed, acked, dropped } = telemetry.stats()
  const figures = { pushed, acked, stored: ledger?.stored ?? 0, dropped: total(dropped) }
  const texts = Object.entries(figures).map(([name, count]) => `${name} ${count.toLocaleString('en')}`)
  return [...texts, `link ${linkText(telemetry)}`].join('  ')
}

function linkText(telemetry: Telemetry): string {
  const link = telemetry.status()
  if (link.status === 'stopped') return `stopped: ${link.reason}`
  return 'attempt' in link && link.attempt > 0 ? `${link.status}, attempt ${link.attempt}` : link.status
}

const total = (counts: Readonly<Record<string, number | undefined>>): number =>
  Object.values(counts).reduce<number>((sum, count) => sum + (count ?? 0), 0)
